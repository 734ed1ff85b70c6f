# SPDX-License-Identifier: Apache-2.0
"""The one report maker: sections of the results, the pages and plots they are on, and the tables printed alone."""
