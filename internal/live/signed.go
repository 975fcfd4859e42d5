package live

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/pzgen/pzgen/policy"
)

// longestAnswer is how much of an answer is read.
const longestAnswer = 4 << 20

// personalize calls an operation of Personalize, whose protocol is AWS JSON 1.1 (Smithy, "AWS JSON
// 1.1 protocol"). Of the SDK it uses what all of its clients are made of: credentials, signature,
// retries and the HTTP client.
func (c *Client) personalize(ctx context.Context, arn policy.ARN, operation string,
	in any) (map[string]any, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	retryer := retry.NewStandard(func(o *retry.StandardOptions) {
		if n := c.cfg.RetryMaxAttempts; n > 0 {
			o.MaxAttempts = n
		}
	})
	for attempt := 1; ; attempt++ {
		data, err := c.send(ctx, arn, operation, body)
		if err == nil {
			return described(data)
		}
		err = &smithy.OperationError{ServiceID: "Personalize", OperationName: operation, Err: err}
		if ctx.Err() != nil || attempt >= retryer.MaxAttempts() || !retryer.IsErrorRetryable(err) {
			return nil, err
		}
		wait, cannot := retryer.RetryDelay(attempt, err)
		if cannot != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
	}
}

// send makes one attempt.
func (c *Client) send(ctx context.Context, arn policy.ARN, operation string, body []byte) ([]byte,
	error) {
	endpoint := c.personalizeEndpoint(arn)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint,
		bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AmazonPersonalize."+operation)
	if c.cfg.Credentials == nil {
		return nil, errors.New("there are no credentials")
	}
	credentials, err := c.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	hash := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]),
		"personalize", arn.Region, time.Now())
	if err != nil {
		return nil, err
	}
	response, err := c.cfg.HTTPClient.Do(request)
	if err != nil {
		return nil, &smithyhttp.RequestSendError{Err: err}
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	if err != nil {
		return nil, &smithyhttp.RequestSendError{Err: err}
	}
	if len(data) > longestAnswer {
		return nil, fmt.Errorf("the answer is longer than %d bytes", longestAnswer)
	}
	if response.StatusCode/100 == 2 {
		return data, nil
	}
	return nil, &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: response},
		Err: apiError(response, data)}
}

// personalizeEndpoint returns where Personalize is asked: what the environment or the configuration
// says, or else the service in the region of the ARN (Amazon Web Services General Reference,
// personalize).
func (c *Client) personalizeEndpoint(arn policy.ARN) string {
	own := ""
	if c.cfg.BaseEndpoint != nil {
		own = *c.cfg.BaseEndpoint
	}
	suffix := "amazonaws.com"
	if arn.Partition == "aws-cn" {
		suffix = "amazonaws.com.cn"
	}
	usual := "https://personalize." + arn.Region + "." + suffix
	return strings.TrimSuffix(cmp.Or(os.Getenv("AWS_ENDPOINT_URL_PERSONALIZE"), own, usual),
		"/") + "/"
}

// apiError reads an error as AWS JSON 1.1 has it. One in another form has the status as its code,
// as for the AWS CLI.
func apiError(response *http.Response, data []byte) error {
	var e struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(data, &e) != nil {
		e.Type, e.Code, e.Message = "", "", http.StatusText(response.StatusCode)
	}
	code := cmp.Or(response.Header.Get("X-Amzn-Errortype"), e.Type, e.Code)
	code, _, _ = strings.Cut(code[strings.LastIndexByte(code, '#')+1:], ":")
	fault := smithy.FaultClient
	if response.StatusCode/100 == 5 {
		fault = smithy.FaultServer
	}
	return &smithy.GenericAPIError{Code: cmp.Or(code, strconv.Itoa(response.StatusCode)),
		Message: e.Message, Fault: fault}
}
