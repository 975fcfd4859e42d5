package denial

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// record is what is used of a record of CloudTrail (see pageTrail, and
// cloudtrail-event-reference-user-identity beside it). Names in JSON are compared without case, as
// "ARN" and "arn" are both in use.
type record struct {
	EventTime, EventSource, EventName, AWSRegion, SourceIPAddress, UserAgent string
	ErrorCode, ErrorMessage, VpcEndpointID                                   string

	UserIdentity      identity
	RequestParameters json.RawMessage
	ResponseElements  json.RawMessage
	TLSDetails        struct{ TLSVersion string }
	Resources         []struct{ ARN string }

	parameters map[string]any
}

type identity struct {
	Type, PrincipalID, ARN, AccountID, InvokedBy string
	SessionContext                               struct {
		SessionIssuer struct{ Type, ARN string }
		Attributes    struct{ MFAAuthenticated string }
	}
}

// refusals are the error codes of calls that were refused.
var refusals = []string{"AccessDenied", "Unauthorized", "Forbidden", "NotAuthorized", "Malformed",
	"KMS", "Disabled", "InvalidInput", "ExpiredToken", "InvalidClientToken"}

// Event reads a call that was refused from a record of CloudTrail: the record alone, a list of
// records, a log file with "Records", the event that EventBridge delivers ("detail"), and what aws
// cloudtrail lookup-events prints. Of several it takes the first that was refused, or else the
// first that failed.
//
// Principal is the role, where a session made the call; what AWS does not name by an ARN, such as a
// caller of another account, is "" there, and in Caller by its unique ID. Context has the keys
// whose values the record has; no others. A service that calls with a role of yours is InvokedBy:
// the record does not say whether aws:ViaAWSService is true then, so that it is not in Context.
//
// It fails when data is not such JSON, and when no call in it failed.
func Event(data []byte) (Denial, error) {
	records, err := records(data)
	if err != nil {
		return Denial{}, err
	}
	var failed *record
	for i := range records {
		r := &records[i]
		r.complete()
		if r.ErrorCode == "" && r.ErrorMessage == "" {
			continue
		}
		if r.refused() {
			return r.denial(), nil
		}
		if failed == nil {
			failed = r
		}
	}
	if failed == nil {
		return Denial{}, fmt.Errorf("no record of %d has an errorCode: give the record of the call that failed", len(records))
	}
	return failed.denial(), nil
}

func (r *record) refused() bool {
	for _, code := range refusals {
		if strings.Contains(r.ErrorCode, code) {
			return true
		}
	}
	_, ok := Parse(r.ErrorMessage)
	return ok
}

// records finds the records in all that they come in.
func records(data []byte) ([]record, error) {
	data = bytes.TrimSpace(data)
	if len(data) > 0 && data[0] == '[' {
		var list []record
		if err := json.Unmarshal(data, &list); err != nil {
			return nil, fmt.Errorf("a list of CloudTrail records is expected: %w", err)
		}
		return list, found(list)
	}
	var in struct {
		Records []record
		Detail  *record
		Events  []struct{ CloudTrailEvent string }
		record
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("a CloudTrail record is expected, as JSON: %w", err)
	}
	list := in.Records
	if in.Detail != nil {
		list = append(list, *in.Detail)
	}
	for i, e := range in.Events {
		var r record
		if err := json.Unmarshal([]byte(e.CloudTrailEvent), &r); err != nil {
			return nil, fmt.Errorf("Events[%d].CloudTrailEvent: %w", i, err)
		}
		list = append(list, r)
	}
	if len(list) == 0 {
		list = append(list, in.record)
	}
	return list, found(list)
}

// found returns an error when there is no record of a call.
func found(list []record) error {
	for _, r := range list {
		if r.EventName != "" && r.EventSource != "" {
			return nil
		}
	}
	return errors.New("this is no CloudTrail record: it has no eventSource and eventName")
}

// complete takes the parameters apart, and the error from where some services put it.
func (r *record) complete() {
	if json.Unmarshal(r.RequestParameters, &r.parameters) != nil {
		r.parameters = nil
	}
	if r.ErrorCode != "" {
		return
	}
	var response struct{ ErrorCode, ErrorMessage string }
	if json.Unmarshal(r.ResponseElements, &response) == nil {
		r.ErrorCode = response.ErrorCode
		if r.ErrorMessage == "" {
			r.ErrorMessage = response.ErrorMessage
		}
	}
}

// denial returns what the record says.
func (r *record) denial() Denial {
	d := Denial{Source: pageTrail, Code: r.ErrorCode, Operation: r.EventName, Region: r.AWSRegion,
		Account: r.UserIdentity.AccountID, InvokedBy: r.UserIdentity.InvokedBy}
	d.Principal, d.Caller = r.UserIdentity.who()
	service, _, _ := strings.Cut(r.EventSource, ".")
	if s, ok := services[service]; ok {
		service = s
	}
	d.Action = actionOf(service, r.EventName)
	if d.Action == "s3:GetObject" && r.parameter("versionId") != "" {
		d.Action = "s3:GetObjectVersion"
	}
	d.Resource = r.resource(service, d.Action)
	said, ok := Parse(r.ErrorMessage)
	if !ok {
		said, ok = other("", r.ErrorCode, r.EventName)
	}
	if ok {
		if said.Action != "" && notAuthorized.MatchString(r.ErrorMessage) {
			if said.Action != d.Action {
				d.Resource = ""
			}
			d.Action = said.Action
		}
		if said.Resource != "" {
			d.Resource = said.Resource
		}
		if d.Principal == "" && strings.HasPrefix(said.Principal, "arn:") {
			d.Principal = said.Principal
		}
		d.Explicit, d.By, d.Policy, d.Encoded, d.Source, d.Meaning = said.Explicit, said.By,
			said.Policy, said.Encoded, said.Source, said.Meaning
	}
	if !ok || said.By == "" {
		d.Meaning = d.explain()
	}
	r.context(&d)
	return d
}

// who returns the principal, whose policies decide, and the caller itself.
func (u identity) who() (principal, caller string) {
	caller = u.ARN
	if caller == "" {
		caller = u.PrincipalID
	}
	switch issuer := u.SessionContext.SessionIssuer; {
	case u.Type == "AWSService":
		return u.InvokedBy, caller
	case u.AccountID == "ANONYMOUS_PRINCIPAL" || strings.EqualFold(u.PrincipalID, "anonymous"):
		return "*", caller
	case u.Type == "AssumedRole" && issuer.ARN != "":
		return issuer.ARN, caller
	}
	return u.ARN, caller
}
