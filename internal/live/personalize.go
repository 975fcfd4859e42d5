package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// job reads one of jobKinds, and what its description names.
func (g *gatherer) job(ctx context.Context, arn string) error {
	j, ok := parseJob(arn)
	if !ok {
		g.unseen(arn, "it is no ARN of a job, metric attribution or dataset group of Personalize")
		return nil
	}
	return g.describe(ctx, j, j.follow)
}

// describe reads something of Personalize, and of what it leads to the kinds in follow.
func (g *gatherer) describe(ctx context.Context, j jobRef, follow []string) error {
	if !g.once("personalize", j.full) {
		return nil
	}
	kind := j.kind
	if kind == "solution" && strings.Count(j.arn.Resource, "/") > 1 {
		kind = "solution-version"
	}
	operation := "Describe" + pascal(kind)
	member := strings.ToLower(operation[8:9]) + operation[9:]
	out, err := g.client.personalize(ctx, j.arn, operation,
		map[string]string{member + "Arn": j.full})
	subject := []string{g.subject(kind, strings.TrimPrefix(j.arn.Resource, j.kind+"/"), j.full)}
	r, err := g.note(ctx, "personalize/describe-"+kind, subject, out, err)
	if err != nil || !r.ok() {
		return err
	}
	return g.named(ctx, out, follow, j.arn.Region)
}

// named reads what a description names: roles, keys, buckets, and the kinds in follow.
func (g *gatherer) named(ctx context.Context, description any, follow []string,
	region string) error {
	var err error
	walk(description, func(key, value string) {
		switch {
		case err != nil || value == "":
		case key == "roleArn":
			err = g.role(ctx, value)
		case key == "kmsKeyArn":
			err = g.key(ctx, value, region)
		case key == "path" || key == "dataLocation":
			bucket, ok := strings.CutPrefix(value, "s3://")
			if !ok {
				g.unseen(value, "it is no location in S3")
				return
			}
			bucket, _, _ = strings.Cut(bucket, "/")
			err = g.bucket(ctx, bucket)
		case key == "datasetArn" || key == "datasetGroupArn" || key == "solutionVersionArn":
			next, ok := parsePersonalize(value)
			if ok && slices.Contains(follow, next.kind) {
				err = g.describe(ctx, next, follow)
			}
		}
	})
	return err
}

// walk calls f with each member of a description that is a string, in the order of their names.
func walk(v any, f func(key, value string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if s, ok := v[key].(string); ok {
				f(key, s)
			} else {
				walk(v[key], f)
			}
		}
	case []any:
		for _, e := range v {
			walk(e, f)
		}
	}
}

// pascal writes dataset-import-job as DatasetImportJob.
func pascal(kebab string) string {
	var b strings.Builder
	for _, word := range strings.Split(kebab, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// described reads an answer of Personalize, with times as the AWS CLI prints them.
func described(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var out map[string]any
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("the answer is no JSON: %w", err)
	}
	times(out)
	return out, nil
}

func times(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, m := range v {
			n, isNumber := m.(json.Number)
			if seconds, err := n.Float64(); isNumber && err == nil && strings.HasSuffix(key,
				"DateTime") {
				v[key] = time.UnixMilli(int64(seconds * 1000)).UTC().Format(clock)
			} else {
				times(m)
			}
		}
	case []any:
		for _, e := range v {
			times(e)
		}
	}
}
