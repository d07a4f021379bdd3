package fixpr

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/github"
)

// CloseOthers closes what earlier runs opened for groups that have nothing to mend any more. The inputs
// are those of this run, which differ in their group.
func CloseOthers(ctx context.Context, client *github.Client, inputs []*Input) ([]*Result, error) {
	whole := *inputs[0]
	whole.Group, whole.Rewrite, whole.Proposals = "", nil, nil
	branches, err := client.Branches(ctx, whole.branch())
	var refused *github.Error
	if errors.As(err, &refused) {
		return []*Result{{Operation: Failed, Branch: whole.branch(), Messages: []string{refused.Message}}}, nil
	}
	if err != nil {
		return nil, err
	}
	var results []*Result
	for _, name := range slices.Sorted(maps.Keys(branches)) {
		isGroup := name == whole.branch() || strings.HasPrefix(name, whole.branch()+groupSeparator)
		if !isGroup || slices.ContainsFunc(inputs, func(in *Input) bool { return in.branch() == name }) {
			continue
		}
		other := whole
		other.Branch = name
		result, err := Open(ctx, client, &other)
		if err != nil {
			return nil, err
		}
		if result.Number > 0 || len(result.Messages) > 1 {
			results = append(results, result)
		}
	}
	return results, nil
}
