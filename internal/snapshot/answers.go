package snapshot

import (
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/awscli"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/readfile"
)

const (
	answersKind = "AWS CLI output"
	maxAnswers  = 10_000 // more files are no folder of answers
)

// openAnswers takes a folder for what commands of the AWS CLI printed, in files of any names, when one
// of its files is that and is more than a policy document; nil when none is.
func openAnswers(ctx context.Context, from source, name string, files []file) (*Input, error) {
	files = answerFiles(files)
	if len(files) > maxAnswers {
		return nil, nil
	}
	loaded, err := load(ctx, files)
	if err != nil {
		return nil, err
	}
	is := false
	for i := range files {
		files[i].data, files[i].disk, files[i].tree = loaded[i].Data, "", nil
		is = is || awscli.Is(loaded[i].Data) && !outermost(loaded[i].Data)["Statement"]
	}
	if !is {
		return nil, nil
	}
	return answersOf(ctx, files, func(p string) string { return from.shown(filepath.Join(name, filepath.FromSlash(p))) })
}

// answersOf reads answers. What was not seen of a role, bucket or key is not known, and told as such:
// that it is not among the files does not mean that it is not in the account.
func answersOf(ctx context.Context, files []file, shown func(string) string) (*Input, error) {
	loaded, err := load(ctx, files)
	if err != nil {
		return nil, err
	}
	for i := range loaded {
		loaded[i].Path = shown(loaded[i].Path)
	}
	return openState(answersKind, answersKind, files, func() (deployed.State, error) {
		s, err := awscli.Read(loaded, awscli.Names{})
		if err != nil {
			return s, err
		}
		tell := func(kind string, name deployed.Text, list []deployed.Unseen, at deployed.Place) {
			for _, u := range list {
				why := "it is not among the files; " + u.Action + " shows it"
				if u.Why != "" {
					why = u.Why
				}
				if u.At.Path != "" {
					at = u.At
				}
				s.Unknown = append(s.Unknown, deployed.Unknown{Kind: u.What, What: kind + " " + name.V.String(), Why: why, At: at,
					Content: "not seen"})
			}
		}
		for _, r := range s.Roles {
			tell("role", r.Name, r.Unseen, r.At)
		}
		for _, b := range s.Buckets {
			tell("bucket", b.Name, b.Unseen, b.At)
		}
		for _, k := range s.Keys {
			tell("key", k.ARN, k.Unseen, k.At)
		}
		for _, u := range s.ControlsUnseen {
			tell("organization", deployed.Text{}, []deployed.Unseen{u}, u.At)
		}
		for _, r := range s.Refusals {
			s.Unknown = append(s.Unknown, deployed.Unknown{Kind: "refused", What: r.Operation, Why: r.Message, At: r.At})
		}
		if len(s.Roles)+len(s.Buckets)+len(s.Keys)+len(s.Jobs)+len(s.Controls)+len(s.Policies)+len(s.Inline)+len(s.Unknown) == 0 {
			return s, refusef(hintKinds, "the answers are about no role, bucket, key or policy")
		}
		return s, nil
	})
}

// Answers returns the files that an argument names when they are what the AWS CLI printed or policy
// documents by themselves: a file, or a folder that is no output folder, setup or module. ok is false
// for anything else, which [Open] takes. The files of a folder are read by [Each].
func Answers(ctx context.Context, arg string, o Options) (files []output.File, ok bool, err error) {
	var from source = disk{}
	if arg == stdin {
		data, err := readfile.AtMost(o.Stdin, "standard input", maxFile)
		return []output.File{{Path: stdin, Data: data}}, err == nil && awscli.Is(data), err
	}
	folder, err := from.isDir(ctx, arg)
	if err != nil || strings.HasPrefix(arg, gitPrefix) {
		return nil, false, nil // Open says what is wrong
	}
	if !folder {
		data, err := from.read(ctx, arg)
		return []output.File{{Path: from.shown(arg), Data: data}}, err == nil && awscli.Is(data), nil
	}
	list, err := from.list(ctx, arg)
	if err != nil {
		return nil, false, err
	}
	if slices.ContainsFunc(list, func(f file) bool {
		_, below, _ := strings.Cut(f.path, "/")
		return targetOf(f.path) != "" || targetOf(below) != "" || path.Ext(f.path) == ".tf"
	}) {
		return nil, false, nil
	}
	list = answerFiles(list)
	if len(list) > maxAnswers {
		return nil, false, nil
	}
	files = make([]output.File, len(list))
	err = Each(ctx, len(list), func(i int) error {
		one, err := load(ctx, list[i:i+1])
		if err == nil {
			files[i] = one[0]
		}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	for i := range files {
		files[i].Path = from.shown(filepath.Join(arg, filepath.FromSlash(files[i].Path)))
		ok = ok || awscli.Is(files[i].Data)
	}
	return files, ok, nil
}

// answerFiles returns the files that may be answers, by the ends of their names.
func answerFiles(files []file) []file {
	return slices.DeleteFunc(slices.Clone(files), func(f file) bool {
		return !slices.Contains([]string{".json", ".txt", ".out", ".err", ".log", ""}, path.Ext(f.path))
	})
}
