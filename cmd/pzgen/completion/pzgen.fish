# fish completion for pzgen: pzgen itself says what a line may go on with.
function __pzgen_complete
    # fish 4 calls -x what earlier versions call -o.
    set -l words (commandline -xpc 2>/dev/null; or commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program __complete fish $words "$current" 2>/dev/null)
    set -l first (string split \t -- $lines[1])
    set -l before $first[2]
    set -l rest (string sub -s (math (string length -- "$before") + 1) -- "$current")
    switch "$first[1]"
        case files
            for found in (__fish_complete_path "$rest")
                printf '%s\n' "$before$found"
            end
        case folders
            for found in (__fish_complete_directories "$rest")
                printf '%s\n' "$before$found"
            end
        case words
            set -e lines[1]
            printf '%s\n' $lines
    end
end
complete -c pzgen -f -a '(__pzgen_complete)'
