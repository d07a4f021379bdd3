package render

import "context"

func (r *argoRender) kustomize(ctx context.Context, detail Detail) *Error { return nil }
