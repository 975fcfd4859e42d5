//go:build unix

package e2e

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const groupType = "AWS::Personalize::DatasetGroup"

// groupSchema is what CloudFormation tells of the type: which properties there are, and that a change
// of any of them makes another dataset group (AWS CloudFormation Template Reference,
// AWS::Personalize::DatasetGroup).
const groupSchema = `{
  "typeName": "AWS::Personalize::DatasetGroup",
  "description": "A dataset group",
  "additionalProperties": false,
  "properties": {
    "DatasetGroupArn": {"type": "string", "maxLength": 256},
    "Name": {"type": "string", "minLength": 1, "maxLength": 63, "pattern": "^[a-zA-Z0-9][a-zA-Z0-9\\-_]*"},
    "KmsKeyArn": {"type": "string", "maxLength": 2048, "pattern": "arn:aws.*:kms:.*:[0-9]{12}:key/.*"},
    "RoleArn": {"type": "string", "maxLength": 256, "pattern": "arn:([a-z\\d-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"},
    "Domain": {"type": "string", "enum": ["ECOMMERCE", "VIDEO_ON_DEMAND"]}
  },
  "required": ["Name"],
  "readOnlyProperties": ["/properties/DatasetGroupArn"],
  "createOnlyProperties": ["/properties/Name", "/properties/RoleArn", "/properties/KmsKeyArn", "/properties/Domain"],
  "primaryIdentifier": ["/properties/DatasetGroupArn"]
}`

// describeType answers CloudFormation's DescribeType.
func describeType(w http.ResponseWriter) {
	io.WriteString(w, `<DescribeTypeResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">`+
		`<DescribeTypeResult><Type>RESOURCE</Type><TypeName>`+groupType+`</TypeName><Schema>`)
	xml.EscapeText(w, []byte(groupSchema))
	io.WriteString(w, `</Schema></DescribeTypeResult></DescribeTypeResponse>`)
}

// progress is a request to Cloud Control that was taken: it is done when it is asked about for the
// second time.
type progress struct {
	operation, identifier, code string
	asked                       bool
}

// cloudControl is as much of AWS Cloud Control API as makes dataset groups. They are those that
// Amazon Personalize has here.
func (p *proxy) cloudControl(w http.ResponseWriter, operation string, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	var in struct{ TypeName, Identifier, DesiredState, RequestToken string }
	if err := json.Unmarshal(body, &in); err != nil {
		p.refuse(w, "ValidationException", err.Error())
		return
	}
	if in.TypeName != groupType && in.RequestToken == "" {
		p.t.Errorf("Cloud Control is asked for a %s", in.TypeName)
		p.refuse(w, "TypeNotFoundException", in.TypeName)
		return
	}
	event := func(token, status string) {
		r := p.requests[token]
		e := map[string]any{"TypeName": groupType, "Operation": r.operation, "RequestToken": token,
			"OperationStatus": status, "Identifier": r.identifier}
		if r.code != "" {
			e["ErrorCode"], e["StatusMessage"] = r.code, r.identifier
		}
		json.NewEncoder(w).Encode(map[string]any{"ProgressEvent": e})
	}
	take := func(r progress) {
		token := fmt.Sprintf("request-%d", len(p.requests))
		p.requests[token] = &r
		event(token, "IN_PROGRESS")
	}
	name := in.Identifier[strings.LastIndex(in.Identifier, "/")+1:]
	switch operation {
	case "CreateResource":
		var g struct{ Name, Domain, KmsKeyArn, RoleArn string }
		if err := json.Unmarshal([]byte(in.DesiredState), &g); err != nil {
			p.refuse(w, "ValidationException", err.Error())
			return
		}
		arn := p.groupARN(g.Name)
		if p.groups[g.Name] != nil {
			take(progress{operation: "CREATE", identifier: arn, code: "AlreadyExists"})
			return
		}
		made := map[string]any{"name": g.Name, "datasetGroupArn": arn, "status": "ACTIVE"}
		for k, v := range map[string]string{"domain": g.Domain, "kmsKeyArn": g.KmsKeyArn, "roleArn": g.RoleArn} {
			if v != "" {
				made[k] = v
			}
		}
		p.groups[g.Name] = made
		take(progress{operation: "CREATE", identifier: arn})
	case "DeleteResource":
		delete(p.groups, name)
		take(progress{operation: "DELETE", identifier: in.Identifier})
	case "GetResource":
		g := p.groups[name]
		if g == nil || g["datasetGroupArn"] != in.Identifier {
			p.refuse(w, "ResourceNotFoundException", "there is no "+in.Identifier)
			return
		}
		properties := map[string]any{}
		for from, to := range map[string]string{"name": "Name", "domain": "Domain", "kmsKeyArn": "KmsKeyArn",
			"roleArn": "RoleArn", "datasetGroupArn": "DatasetGroupArn"} {
			if g[from] != nil {
				properties[to] = g[from]
			}
		}
		text, _ := json.Marshal(properties)
		json.NewEncoder(w).Encode(map[string]any{"TypeName": groupType,
			"ResourceDescription": map[string]string{"Identifier": in.Identifier, "Properties": string(text)}})
	case "GetResourceRequestStatus":
		r := p.requests[in.RequestToken]
		switch {
		case r == nil:
			p.refuse(w, "RequestTokenNotFoundException", in.RequestToken)
		case !r.asked:
			r.asked = true
			event(in.RequestToken, "IN_PROGRESS")
		case r.code != "":
			event(in.RequestToken, "FAILED")
		default:
			event(in.RequestToken, "SUCCESS")
		}
	default: // UpdateResource among them: nothing of a dataset group can be changed
		p.t.Errorf("Cloud Control's %s is called", operation)
		p.refuse(w, "UnsupportedActionException", operation)
	}
}
