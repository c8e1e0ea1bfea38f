import Basics

/// `lbctl completions`: what a shell needs to complete lbctl's command line.
enum CompletionsCommand {
    enum Shell: String, CaseIterable { case bash, zsh, fish }

    private static let remark = """
        bash:  echo 'source <(lbctl completions bash)' >> ~/.bashrc
        zsh:   echo 'source <(lbctl completions zsh)' >> ~/.zshrc      (behind compinit)
        fish:  lbctl completions fish > ~/.config/fish/completions/lbctl.fish

        Verbs, options, their values, and the ports and names of what runs.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl completions SHELL",
            examples: [("source <(lbctl completions bash)", "for the shell that this is typed in")],
            options: [], naming: .none, remark: remark)
        guard verb.options.operands.count == 1,
            let shell = Shell(rawValue: verb.options.operands[0])
        else {
            throw UsageError("completions needs a shell", hint: "it is one of bash, zsh, fish")
        }
        switch shell {
        case .bash: Console.say(bash)
        case .zsh: Console.say(zsh)
        case .fish: Console.say(fish)
        }
        return VerbEnd.done
    }

    private static let bash = #"""
        # bash completion of lbctl; 'lbctl completions --help' says how it is used.
        _lbctl() {
            local word what program="${COMP_WORDS[0]/#\~/$HOME}"
            COMPREPLY=()
            while IFS=$'\t' read -r word what; do
                case "$word" in
                    :files)
                        compopt -o filenames 2>/dev/null
                        mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
                        return ;;
                    *=|*:|*/) compopt -o nospace 2>/dev/null ;;
                esac
                COMPREPLY+=("$word")
            done < <("$program" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        }
        complete -F _lbctl lbctl
        """#

    private static let zsh = #"""
        #compdef lbctl
        # zsh completion of lbctl; 'lbctl completions --help' says how it is used.
        _lbctl() {
            local line word what
            local -a spaced open spacedtexts opentexts
            local program=${(Q)~words[1]}
            for line in "${(@f)$($program __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
                [[ -z $line ]] && continue
                if [[ $line == :files ]]; then
                    _files
                    return
                fi
                word=${line%%$'\t'*}
                what=${line#*$'\t'}
                [[ -n $what ]] && what="$word  -- $what" || what=$word
                if [[ $word == *[=:/] ]]; then
                    open+=("$word")
                    opentexts+=("$what")
                else
                    spaced+=("$word")
                    spacedtexts+=("$what")
                fi
            done
            (( $#spaced )) && compadd -l -d spacedtexts -a spaced
            (( $#open )) && compadd -S '' -l -d opentexts -a open
            (( $#spaced + $#open ))
        }
        if [[ $funcstack[1] == _lbctl ]]; then
            _lbctl "$@"
        else
            compdef _lbctl lbctl
        fi
        """#

    private static let fish = #"""
        # fish completion of lbctl; 'lbctl completions --help' says how it is used.
        function __lbctl_complete
            set -l words (commandline -opc)
            set -l program $words[1]
            set -e words[1]
            set -l current (commandline -ct)
            set -l found ($program __complete $words "$current" 2>/dev/null)
            if test "$found[1]" = ":files"
                __fish_complete_path "$current"
            else
                printf '%s\n' $found
            end
        end
        complete -c lbctl -f -a '(__lbctl_complete)'
        """#
}
