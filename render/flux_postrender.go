package render

import "context"

func (r *releaseRender) postRender(ctx context.Context, detail Detail) *Error { return nil }
