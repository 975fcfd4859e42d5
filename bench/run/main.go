//go:build unix

// Run measures pzgen, a floor and two other programs side by side and prints a table. It builds them first; jsonnet is fetched by go install.
//
// Every timed run is a process of its own and writes into a fresh folder; nothing is removed between runs, as removing many files makes some file
// systems slow for minutes. The programs take turns, so that a slow minute of the machine falls on all of them; only the ratios of one call mean
// anything. F is the floor: the files of one setup of pzgen's, held in memory and written N times.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pzgen/pzgen/bench/internal/setups"
)

const jsonnet = "github.com/google/go-jsonnet/cmd/jsonnet@v0.21.0"

// sample is one run of a program.
type sample struct {
	wall, cpu time.Duration
	memory    int64 // bytes
}

// program is a command line to be measured.
type program struct {
	name    string
	args    func(out string) []string
	onto    string // the program whose last output it works on, or "" for a fresh folder
	samples []sample
	last    string
}

type bench struct {
	n, runs   int
	bin, work string
	spec      string
}

func main() {
	n := flag.Int("n", 1000, "number of setups")
	runs := flag.Int("runs", 5, "runs of each program")
	dir := flag.String("dir", "", "folder to write below: its file system is what is measured (default: the system's temporary folder)")
	keep := flag.Bool("keep", false, "keep what was written")
	without := flag.Bool("no-jsonnet", false, "leave jsonnet out, so that nothing is fetched")
	flag.Parse()
	work, err := os.MkdirTemp(*dir, "pzgen-bench-")
	if err == nil {
		b := &bench{n: *n, runs: max(1, *runs), bin: filepath.Join(work, "bin"), work: work, spec: filepath.Join(work, "spec.yaml")}
		err = b.run(*without)
		if !*keep {
			os.RemoveAll(work)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(withoutJsonnet bool) error {
	if err := b.build(withoutJsonnet); err != nil {
		return err
	}
	tool := func(name string) string { return filepath.Join(b.bin, name) }
	pzgen := func(command string, flags ...string) func(string) []string {
		return func(out string) []string {
			return append([]string{tool("pzgen"), command, "-q", "-f", b.spec, "-o", out}, flags...)
		}
	}
	one := filepath.Join(b.work, "one")
	if err := exec.Command(tool("pzgen"), "generate", "-q", "--no-verify", "-f", b.spec, "-o", one, "--setup", "shop-000002").Run(); err != nil {
		return fmt.Errorf("pzgen generate: %w", err)
	}
	changed := filepath.Join(b.work, "changed", "spec.yaml") // under the same name, which stands in every file
	if err := b.change(changed); err != nil {
		return err
	}
	programs := []*program{
		{name: "floor (F)", args: func(out string) []string {
			return []string{tool("floor"), fmt.Sprint(b.n), filepath.Join(one, "shop-000002"), out}
		}},
		{name: "generate --no-verify", args: pzgen("generate", "--no-verify")},
		{name: "generate, unchanged", onto: "generate --no-verify", args: pzgen("generate", "--no-verify")},
		{name: "check", onto: "generate --no-verify", args: pzgen("check")},
		{name: "generate, 1 changed", onto: "generate --no-verify", args: func(out string) []string {
			return []string{tool("pzgen"), "generate", "-q", "--no-verify", "-f", changed, "-o", out}
		}},
		{name: "generate with proof", args: pzgen("generate")},
		{name: "plain Go templates", args: func(out string) []string { return []string{tool("plain"), b.spec, out} }},
	}
	if !withoutJsonnet {
		programs = append(programs, &program{name: "jsonnet", args: func(out string) []string {
			return []string{tool("jsonnet"), "-S", "-c", "-m", out, "--tla-code", `spec=std.parseYaml(importstr "` + b.spec + `")`, "bench/jsonnet/main.jsonnet"}
		}})
	}
	for round := range b.runs {
		for _, p := range programs {
			out := filepath.Join(b.work, fmt.Sprintf("out-%d-%s", round, strings.Map(word, p.name)))
			if p.onto == "" {
				if err := os.Mkdir(out, 0o755); err != nil {
					return err
				}
			} else {
				out = programs[slices.IndexFunc(programs, func(q *program) bool { return q.name == p.onto })].last
			}
			p.last = out
			syscall.Sync()
			s, err := measure(p.args(out))
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			p.samples = append(p.samples, s)
		}
	}
	b.print(programs)
	return nil
}

func word(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return r
	}
	return '-'
}

// build builds the programs and writes the spec.
func (b *bench) build(withoutJsonnet bool) error {
	if err := os.Mkdir(b.bin, 0o755); err != nil {
		return err
	}
	commands := [][]string{{"go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.bin, "./cmd/pzgen", "./bench/floor", "./bench/plain"}}
	if !withoutJsonnet {
		commands = append(commands, []string{"go", "install", jsonnet})
	}
	for _, c := range commands {
		cmd := exec.Command(c[0], c[1:]...)
		cmd.Env = append(os.Environ(), "GOBIN="+b.bin)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(c, " "), err, out)
		}
	}
	f, err := os.Create(b.spec)
	if err != nil {
		return err
	}
	if err := setups.Write(f, b.n); err != nil {
		return err
	}
	return f.Close()
}

// change writes the spec with the role of one setup renamed.
func (b *bench) change(file string) error {
	data, err := os.ReadFile(b.spec)
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	name := fmt.Sprintf("PersonalizeShop-%06d}", b.n/2)
	return os.WriteFile(file, bytes.Replace(data, []byte(name), []byte("New"+name), 1), 0o644)
}

func measure(args []string) (sample, error) {
	cmd := exec.Command(args[0], args[1:]...)
	var said bytes.Buffer
	cmd.Stderr = &said
	start := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(start)}
	if err != nil {
		return s, fmt.Errorf("%w\n%s", err, said.String())
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.memory = int64(u.Maxrss) * 1024
	}
	return s, nil
}

func (b *bench) print(programs []*program) {
	fmt.Printf("%d setups, medians of %d\n\n| program | seconds | F | cpu seconds | MB |\n| --- | ---: | ---: | ---: | ---: |\n", b.n, b.runs)
	floor := programs[0].median(func(s sample) float64 { return s.wall.Seconds() })
	for _, p := range programs {
		wall := p.median(func(s sample) float64 { return s.wall.Seconds() })
		fmt.Printf("| %s | %.3f | %.2f | %.2f | %.0f |\n", p.name, wall, wall/floor,
			p.median(func(s sample) float64 { return s.cpu.Seconds() }), p.median(func(s sample) float64 { return float64(s.memory) / 1e6 }))
	}
}

func (p *program) median(of func(sample) float64) float64 {
	var all []float64
	for _, s := range p.samples {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
