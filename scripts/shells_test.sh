#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tries the completions of zsh and fish in the shells themselves, as one who types and presses Tab; those of bash are in the unit tests. A shell
# that is not installed is left out, with a message.
#   scripts/shells_test.sh [COMMAND]     default: build/release/cli/vec2vec
set -euo pipefail
cd "$(dirname "$0")/.."
command=$(realpath "${1:-build/release/cli/vec2vec}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work"/{bin,zsh,empty}
ln -s "$command" "$work/bin/vec2vec"
export PATH=$work/bin:$PATH
vec2vec completion fish >"$work/vec2vec.fish"
vec2vec completion zsh >"$work/zsh/_vec2vec"
# What is typed, and the word that has to come of it.
tries=('vec2vec al:align' 'vec2vec align --by:--by-cosine' 'vec2vec align a.npy b.npy -o map --method n:neural' 'vec2vec completion z:zsh')

in_fish() { fish --no-config -c "source $work/vec2vec.fish; complete -C '$1'" | cut -f1; }

# A zsh in a terminal of its own; the key ^X shows its line between marks. Each step waits for what the last one prints.
cat >"$work/type.zsh" <<'END'
zmodload zsh/zpty
zpty typed zsh -f -i
zpty -w typed "PS1=; cd $2/empty; fpath=($2/zsh \$fpath); autoload -Uz compinit; compinit -u -d $2/dump"
zpty -w typed "show() { print -r -- \"<\$BUFFER>\"; zle kill-buffer }; zle -N show; bindkey '^X' show; bindkey '^I' complete-word; print rea''dy"
zpty -r typed line '*ready*'
zpty -w -n typed "$1"$'\t\x18'
zpty -r typed line '*<*>*'
print -r -- "$line"
zpty -d typed
END
in_zsh() { (cd "$work" && timeout 60 zsh -f type.zsh "$1" "$work" | grep -o '<[^<>]*>' | sed 's/^<\(.* \)\?\([^ ]\+\) *>$/\2/'); }

for shell in fish zsh; do
  if ! command -v "$shell" >/dev/null; then
    echo "left out: $shell, which is not installed"
    continue
  fi
  for try in "${tries[@]}"; do
    found=$("in_$shell" "${try%:*}" || true)
    [[ $found == "${try##*:}" ]] || { echo "$shell completes '${try%:*}' to '$found', not to '${try##*:}'" >&2 && exit 1; }
  done
  echo "$shell completes"
done
