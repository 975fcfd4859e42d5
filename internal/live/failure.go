package live

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// invalid are the error codes for credentials that AWS does not take: whatever is asked, nothing is
// answered (IAM API Reference, CommonErrors; Amazon S3 API Reference, ErrorResponses).
var invalid = []string{"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId",
	"UnrecognizedClientException",
	"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException",
	"IncompleteSignature",
	"IncompleteSignatureException", "InvalidToken", "TokenRefreshRequired", "RequestExpired",
	"RequestTimeTooSkewed",
	"MissingAuthenticationToken", "MissingAuthenticationTokenException", "AuthFailure",
	"NotSignedUp", "OptInRequired"}

// refused returns the error that AWS answered as the AWS CLI prints it; "" where it is not an
// answer, or one about the credentials.
func refused(ctx context.Context, err error) (text, code string) {
	var api smithy.APIError
	var operation *smithy.OperationError
	if ctx.Err() != nil || !errors.As(err, &api) || !errors.As(err, &operation) ||
		slices.Contains(invalid, api.ErrorCode()) {
		return "", ""
	}
	return fmt.Sprintf("An error occurred (%s) when calling the %s operation: %s", api.ErrorCode(),
		operation.OperationName, api.ErrorMessage()), api.ErrorCode()
}

// result is how a call ended: "" when it was answered, or else the code of the error that is in the
// file.
type result string

func (r result) ok() bool { return r == "" }

// note adds the file of an answer. It fails when the call was not answered.
func (g *gatherer) note(ctx context.Context, command string, subject []string, out any,
	err error) (result, error) {
	if err == nil {
		data, err := answer(out)
		if err != nil {
			return "", fmt.Errorf("%s: %w", command, err)
		}
		g.file(command, subject, data)
		return "", nil
	}
	text, code := refused(ctx, err)
	if text == "" {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return "", fmt.Errorf("%s: %w", strings.Join(append([]string{strings.Replace(command, "/",
			" ",
			1)}, subject...), " "), err)
	}
	g.file(command, subject, []byte(text+"\n"))
	return result("error " + code), nil
}

func (g *gatherer) file(command string, subject []string, data []byte) {
	name := command
	for _, part := range subject {
		name += "/" + url.PathEscape(part)
	}
	g.out.Files = append(g.out.Files, File{name + ".json", data})
	if g.client.answered != nil {
		g.client.answered()
	}
}

// subject returns the name under which something is in the names of files: short, unless something
// else has it.
func (g *gatherer) subject(kind, short, full string) string {
	key := kind + " " + short
	if has, ok := g.names[key]; ok && has != full {
		return full
	}
	g.names[key] = full
	return short
}
