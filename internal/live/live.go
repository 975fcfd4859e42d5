// Package live reads from an AWS account what decides whether Amazon Personalize gets at data:
// roles, users and their policies, buckets, KMS keys, jobs, and the policies of an organization.
//
// It calls operations that get, list or describe, and no others. What it returns is what the AWS
// CLI prints for the same commands, so that one reader understands both.
package live

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// answerLimit is how long one answer may take; the SDK tries again afterwards.
const answerLimit = time.Minute

// Options say with which credentials and where.
type Options struct {
	Profile string // of the shared configuration files; "" for AWS_PROFILE or the default one
	Region  string // "" for the one of the environment or the profile
	// Answered is called after each answer, if it is not nil.
	Answered func()
}

// Client reads from one account. It may be used for several calls of Gather, at the same time too.
type Client struct {
	cfg      aws.Config
	answered func()
}

// Open makes a client from the default chain of credentials and configuration: the environment
// (AWS_ENDPOINT_URL, AWS_CA_BUNDLE, AWS_MAX_ATTEMPTS and the like), the shared files, and what a
// machine of AWS has (AWS SDKs and Tools Reference Guide, standardized-credentials). It
// fails when there is no such profile, when the files cannot be read, and without a region. Whether
// the credentials are valid shows in the first call.
func Open(ctx context.Context, o Options) (*Client, error) {
	load := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(answerLimit)),
		config.WithAppID("pzgen"),
		config.WithLogger(logging.Nop{}), // what fails is said once, by what Gather returns
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("the configuration of AWS: %w", err)
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("no region is known: give one, set AWS_REGION, or set " +
			"region in the profile")
	}
	return &Client{cfg, o.Answered}, nil
}

// Ask names what is to be read. What belongs to it is read too: the policies of a role, the groups
// of a user, the key of a bucket; of a job its role, buckets, keys and dataset group.
type Ask struct {
	Roles     []string // names or ARNs
	Buckets   []string // names or ARNs
	Keys      []string // IDs, ARNs, aliases ("alias/data") or their ARNs
	Operators []string // ARNs of users, roles or role sessions
	Jobs      []string // ARNs of jobs, metric attributions and dataset groups of Personalize
	// Control asks for what the organization and the account restrict: service and resource control
	// policies of each level, and block public access of the account.
	Control bool
	// Where names without an ARN are, for Permissions alone: "" allows any account and region, and
	// partition "" is aws.
	Partition, Account, Region string
}

// File is one answer.
type File struct {
	// Name is <service>/<command>/<subject>.json, such as iam/get-role-policy/MyRole/Data.json: the
	// command of the AWS CLI, and what it was asked about. Parts of the subject are escaped as
	// parts of a URL's path are. Where two subjects have one name, the second has its ARN instead.
	Name string
	// Data is the JSON that the AWS CLI prints, or, for a call that AWS refused or found nothing
	// for, the line that it prints then: "An error occurred (CODE) when calling the NAME operation:
	// TEXT".
	Data []byte
}

// Unseen is something that was asked for, or that an answer named, and could not be asked for.
type Unseen struct{ What, Why string }

// Gathered is what was read, in the order in which it was read.
type Gathered struct {
	Files  []File
	Unseen []Unseen
}

// Gather reads what is asked for, one call after the other. An answer that is an error is a File
// too. It fails when AWS cannot be reached, when the credentials are not valid, when ctx ends, and
// when an answer is not of AWS's form; and, with an *AskError, when Ask has names that cannot be.
func (c *Client) Gather(ctx context.Context, ask Ask) (Gathered, error) {
	if err := ask.check(); err != nil {
		return Gathered{}, err
	}
	g := gatherer{client: c, names: map[string]string{}, done: map[string]bool{},
		regions: map[string]string{}}
	err := g.all(ctx, ask)
	return g.out, err
}

// gatherer is one run of Gather.
type gatherer struct {
	client  *Client
	out     Gathered
	account string            // of the credentials
	names   map[string]string // what a file's name is for
	done    map[string]bool   // what was read
	regions map[string]string // of buckets
}

// once reports whether something is to be read, the first time that it is asked.
func (g *gatherer) once(kind, id string) bool {
	key := kind + " " + id
	if g.done[key] {
		return false
	}
	g.done[key] = true
	return true
}

func (g *gatherer) all(ctx context.Context, ask Ask) error {
	if err := g.identity(ctx); err != nil {
		return err
	}
	for _, step := range []struct {
		names []string
		read  func(context.Context, string) error
	}{
		{ask.Jobs, g.job}, {ask.Roles, g.role}, {ask.Operators, g.operator}, {ask.Buckets,
			g.bucket},
		{ask.Keys, func(ctx context.Context, key string) error {
			return g.key(ctx, key,
				g.client.cfg.Region)
		}},
	} {
		for _, name := range step.names {
			if err := step.read(ctx, name); err != nil {
				return err
			}
		}
	}
	if ask.Control {
		return g.control(ctx)
	}
	return nil
}

// unseen notes what cannot be asked for.
func (g *gatherer) unseen(what, format string, args ...any) {
	if g.once("unseen", what) {
		g.out.Unseen = append(g.out.Unseen, Unseen{what, fmt.Sprintf(format, args...)})
	}
}
