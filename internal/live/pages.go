package live

import (
	"context"
	"errors"
)

// mostPages is how many pages of a list are read. No list here has as many.
const mostPages = 500

// pager is what the SDK has for lists that come in pages; F are options of the service.
type pager[O, F any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...F) (O, error)
}

// pages returns the members of a list, all pages of it. It is never nil without an error: the AWS
// CLI prints an empty list.
func pages[O, F, T any](ctx context.Context, p pager[O, F], members func(O) []T) ([]T, error) {
	all := []T{}
	for range mostPages {
		if !p.HasMorePages() {
			return all, nil
		}
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, members(page)...)
	}
	return nil, errors.New("the list does not end")
}
