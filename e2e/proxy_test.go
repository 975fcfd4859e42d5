//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// proxy stands between the AWS CLI and moto. It takes down each call, and answers itself what moto does not know, or does not as AWS does: Personalize and objects in buckets.
type proxy struct {
	t       testing.TB
	account string
	region  string
	forward http.Handler

	mu       sync.Mutex
	calls    []string
	groups   map[string]map[string]any // dataset groups by name
	requests map[string]*progress      // to Cloud Control, by token
	marks    map[string]string         // the SHA-256 that was sent along with an object, by its path

	// These are set while nothing runs. identity is the account that callers are told to belong to, where it is not the true one.
	identity string
	before   func(n int, call string) // is asked before the n-th call, counted from 1, is answered
	after    func(n int, call string)
	heard    *listener // of what policies are asked
}

func newProxy(t testing.TB, to, account, region string) *proxy {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{t: t, account: account, region: region, groups: map[string]map[string]any{}, requests: map[string]*progress{},
		marks: map[string]string{}}
	p.forward = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.Out.Host = r.In.Host
	}}
	return p
}

// reset forgets the calls.
func (p *proxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls, p.before, p.after, p.identity = nil, nil, nil, ""
}

// changes returns the calls that change something.
func (p *proxy) changes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.calls), reads)
}

func (p *proxy) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

var reading = regexp.MustCompile(`^(s3 (GET|HEAD) |[a-z]+ (Get|List|Describe|Head))`)

func reads(call string) bool { return reading.MatchString(call) }

var service = regexp.MustCompile(`Credential=[^/]+/[^/]+/[^/]+/([^/]+)/aws4_request`)

// nameOf tells which operation of which service a request is: "iam GetRole", "s3 PUT bucket?policy".
func nameOf(r *http.Request, body []byte) string {
	name := "unknown"
	if m := service.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		name = m[1]
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return name + " " + target[strings.LastIndex(target, ".")+1:]
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		return name + " " + form.Get("Action")
	}
	what := "service"
	if path := strings.TrimPrefix(r.URL.Path, "/"); strings.Contains(path, "/") {
		what = "object"
	} else if path != "" {
		what = "bucket"
	}
	if r.URL.RawQuery != "" {
		sub, _, _ := strings.Cut(r.URL.RawQuery, "&")
		what += "?" + strings.TrimSuffix(sub, "=")
	}
	return name + " " + r.Method + " " + what
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	call := nameOf(r, body)
	p.mu.Lock()
	p.calls = append(p.calls, call)
	n := len(p.calls)
	p.mu.Unlock()
	if p.before != nil {
		p.before(n, call)
	}
	if p.heard != nil {
		answer := &kept{ResponseWriter: w}
		w = answer
		defer func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.heard.hear(r, call, body, answer.text.Bytes())
		}()
	}
	switch {
	case call == "s3 HEAD object" || call == "s3 PUT object":
		p.object(w, r)
	case strings.HasPrefix(call, "tagging ") && strings.HasPrefix(p.region, "cn-"):
		// moto fails there, for it has no region of China for one of the services that it asks. The
		// scripts go on where looking for tags is denied.
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"__type": "AccessDeniedException", "message": "not here"})
	case call == "cloudformation DescribeType" && bytes.Contains(body, []byte("Personalize")):
		describeType(w)
	case strings.HasPrefix(call, "cloudcontrolapi "):
		p.cloudControl(w, strings.TrimPrefix(call, "cloudcontrolapi "), body)
	case strings.HasPrefix(call, "personalize "):
		p.personalize(w, strings.TrimPrefix(call, "personalize "), body)
	case call == "sts GetCallerIdentity" && p.identity != "":
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>arn:aws:iam::%[1]s:user/x</Arn><UserId>X</UserId><Account>%[1]s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, p.identity)
	default:
		p.forward.ServeHTTP(w, r)
	}
	if p.after != nil {
		p.after(n, call)
	}
}

// kept is an answer of which the text is kept.
type kept struct {
	http.ResponseWriter
	text bytes.Buffer
}

func (k *kept) Write(b []byte) (int, error) {
	k.text.Write(b)
	return k.ResponseWriter.Write(b)
}

const mark = "x-amz-meta-pzgen-sha256"

// object keeps objects: moto looks at the policy of the bucket, passes over its conditions, and so denies all over the denial of plain HTTP.
func (p *proxy) object(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Method == http.MethodPut {
		p.marks[r.URL.Path] = r.Header.Get(mark)
		return
	}
	sum, ok := p.marks[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header()[mark] = []string{sum} // S3 writes it in small letters, and so it appears in the AWS CLI's output
}

// groupARN is the ARN of a dataset group of this name.
func (p *proxy) groupARN(name string) string {
	partition := "aws"
	if strings.HasPrefix(p.region, "cn-") {
		partition = "aws-cn"
	}
	return "arn:" + partition + ":personalize:" + p.region + ":" + p.account + ":dataset-group/" + name
}

// refuse answers as services do whose protocol is JSON.
func (p *proxy) refuse(w http.ResponseWriter, code, message string) {
	w.WriteHeader(http.StatusBadRequest)
	json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}

// personalize is as much of Amazon Personalize as the scripts call. A dataset group is active when it is described for the second time.
func (p *proxy) personalize(w http.ResponseWriter, operation string, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	refuse := func(code, message string) { p.refuse(w, code, message) }
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil {
		refuse("SerializationException", err.Error())
		return
	}
	arn := p.groupARN
	switch operation {
	case "CreateDatasetGroup":
		name, _ := in["name"].(string)
		if p.groups[name] != nil {
			refuse("ResourceAlreadyExistsException", "there is a dataset group "+name)
			return
		}
		in["datasetGroupArn"], in["status"] = arn(name), "CREATE PENDING"
		p.groups[name] = in
		json.NewEncoder(w).Encode(map[string]any{"datasetGroupArn": arn(name), "domain": in["domain"]})
	case "DescribeDatasetGroup":
		asked, _ := in["datasetGroupArn"].(string)
		group := p.groups[asked[strings.LastIndex(asked, "/")+1:]]
		if group == nil || group["datasetGroupArn"] != asked {
			refuse("ResourceNotFoundException", "there is no dataset group "+asked)
			return
		}
		out := map[string]any{}
		for k, v := range group {
			if k != "tags" {
				out[k] = v
			}
		}
		group["status"] = "ACTIVE"
		json.NewEncoder(w).Encode(map[string]any{"datasetGroup": out})
	default:
		p.t.Errorf("the scripts call Personalize's %s, which this test does not know", operation)
		refuse("InvalidInputException", operation)
	}
}
