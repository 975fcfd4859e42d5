package main

import (
	_ "embed"
	"io"

	"github.com/urfave/cli/v2"
)

// The scripts ask pzgen what to offer, so that all shells offer the same: see [env.complete].
var (
	//go:embed completion/pzgen.bash
	bashScript string
	//go:embed completion/pzgen.zsh
	zshScript string
	//go:embed completion/pzgen.fish
	fishScript string
	//go:embed completion/pzgen.ps1
	pwshScript string
)

func completionCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for a shell",
		ArgsUsage: "bash|zsh|fish|pwsh",
		Description: "The script asks pzgen itself what a line may go on with: commands, flags, their " +
			"values, the setups of the spec that -f names. It stays right when pzgen is upgraded.\n\n" +
			"bash, in ~/.bashrc: source <(pzgen completion bash)\n\n" +
			"zsh, in ~/.zshrc: source <(pzgen completion zsh); or as a file _pzgen in a folder " +
			"of fpath\n\n" +
			"fish, in ~/.config/fish/config.fish: pzgen completion fish | source\n\n" +
			"pwsh, in $PROFILE: pzgen completion pwsh | Out-String | Invoke-Expression",
		Action: takes(1, func(c *cli.Context) error {
			scripts := map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript,
				"pwsh": pwshScript}
			script, ok := scripts[c.Args().First()]
			if !ok {
				return usagef("there are: bash, zsh, fish, pwsh", "no completion for shell %q",
					c.Args().First())
			}
			_, err := io.WriteString(e.stdout, script)
			return err
		}),
	}
}
