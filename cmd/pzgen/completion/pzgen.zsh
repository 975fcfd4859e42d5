#compdef pzgen
# zsh completion for pzgen: pzgen itself says what a line may go on with. It works as _pzgen in a folder
# of fpath, and when it is sourced.
_pzgen() {
  local -a lines earlier
  local program=${(Q)words[1]} kind before
  (( CURRENT > 2 )) && earlier=("${(@Q)words[2,CURRENT-1]}")
  lines=("${(@f)$("${program/#\~/$HOME}" __complete zsh "${earlier[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
  kind=${lines[1]%%$'\t'*}
  before=${lines[1]#*$'\t'}
  shift lines
  case $kind in
    files | folders)
      [[ -n $before ]] && compset -P "${(b)before}"
      if [[ $kind = folders ]]; then _path_files -/; else _files; fi
      ;;
    words)
      (( $#lines )) && _describe -t words 'pzgen' lines
      ;;
  esac
}
if [[ $funcstack[1] = _pzgen ]]; then
  _pzgen "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
  compdef _pzgen pzgen
fi
