# shellcheck shell=bash
# bash completion for pzgen: pzgen itself says what a line may go on with. It keeps to bash 3.2.
_pzgen() {
  local rest=$COMP_LINE word='' gap='' kind='' line='' head='' cur=${COMP_WORDS[COMP_CWORD]} i
  local -a words
  COMPREPLY=()
  # bash divides words at = and at colons: those without a blank between them are put together.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    gap=${rest%%"$word"*}
    rest=${rest#"$gap$word"}
    if ((i > 1)) && [[ -n $word && -z $gap ]]; then
      words[${#words[@]} - 1]+=$word
    elif ((i > 0)); then
      words+=("$word")
    fi
  done
  case $cur in [=:]) cur='' ;; esac
  head=${words[${#words[@]} - 1]}
  head=${head%"$cur"} # readline has this part already
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=${line%%$'\t'*}
    else
      COMPREPLY+=("${line#"$head"}")
    fi
  done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete bash "${words[@]}" 2>/dev/null)
  # Names of files are left to readline, which knows how to quote them.
  case $kind in
  files) compopt -o default 2>/dev/null || _pzgen_files -f "$cur" ;;
  folders) compopt -o dirnames 2>/dev/null || _pzgen_files -d "$cur" ;;
  esac
}
# _pzgen_files is for shells without compopt.
_pzgen_files() {
  local line
  while IFS= read -r line; do
    COMPREPLY+=("$(printf %q "$line")")
  done < <(compgen "$1" -- "$2")
}
complete -F _pzgen pzgen
