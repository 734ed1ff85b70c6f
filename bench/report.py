#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes every report of the benches out of their records in bench/results. Standard library only.

    bench/report.py                         docs/results.md, docs/results/, bench/results/tables.md, and table and plot of README.md
    bench/report.py --clouds                draws the clouds of README.md, which takes the program
    bench/report.py --known-spaces          table and plot of docs/known-spaces.md, and nothing else
    bench/report.py --table pictures        prints a table that a page has by hand: pictures or engines

bench/benchlib/report/ has a module for each subject; pages.py there says which section goes to which page.
"""

from benchlib.report import alignment, atlas, audit, evidence, hard_cases, measures, narrow, neural, pictures, several, speed, verdict
from benchlib.report.pages import write_pages
from benchlib.run import add_program, find_program, parser_of

SECTIONS = [
    hard_cases.hard_cases_section,
    narrow.narrow_section,
    hard_cases.ladder_section,
    verdict.verdict_section,
    neural.paper_section,
    neural.gain_section,
    neural.domains_section,
    neural.ablation_section,
    neural.random_start_section,
    speed.translate_section,
    speed.python_section,
    speed.parquet_section,
    measures.measures_section,
    atlas.atlas_section,
    speed.measures_at_scale_section,
    evidence.evidence_sections,
    audit.attributes_section,
    audit.inversion_section,
    audit.defences_section,
]
TABLES = {"pictures": several.pictures_table, "engines": speed.engines_table}


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--clouds", action="store_true", help="draw the clouds of README.md, and nothing else")
    parser.add_argument("--known-spaces", action="store_true", help="write table and plot of docs/known-spaces.md, and nothing else")
    parser.add_argument("--table", choices=TABLES, help="print this table, and nothing else")
    add_program(parser)
    arguments = parser.parse_args()
    if arguments.table:
        return TABLES[arguments.table]()
    if arguments.known_spaces:
        return several.write_known_spaces()
    if arguments.clouds:
        return pictures.draw_clouds(find_program(arguments.vec2vec))
    records = alignment.load()
    if not records:
        parser.error("There are no records in bench/results/align. bench/quality/align.py makes them.")
    sections = alignment.alignment_sections(records) + [section() for section in SECTIONS]
    lines, plot = alignment.alignment_summary(records)
    write_pages("\n".join(sections), alignment.head_of(records), lines, {"alignment": plot, "atlas": atlas.atlas_plot()})
    alignment.update_readme(records)
    several.write_known_spaces()
    pictures.draw_results()
    print(f"The pages in docs/results have {len(records)} runs of the alignment, beside all other records.")


if __name__ == "__main__":
    main()
