package podmend

import (
	_ "github.com/bmatcuk/doublestar/v4"
	_ "github.com/go-git/go-git/v5/plumbing/format/gitignore"
	_ "github.com/go-git/go-git/v5/plumbing/format/index"
	_ "github.com/rogpeppe/go-internal/diff"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/santhosh-tekuri/jsonschema/v6"
	_ "github.com/spf13/cobra"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/term"
	_ "helm.sh/helm/v3/pkg/chart/loader"
	_ "helm.sh/helm/v3/pkg/chartutil"
	_ "helm.sh/helm/v3/pkg/engine"
	_ "helm.sh/helm/v3/pkg/ignore"
	_ "helm.sh/helm/v3/pkg/releaseutil"
	_ "k8s.io/pod-security-admission/policy"
	_ "k8s.io/pod-security-admission/test"
	_ "sigs.k8s.io/kustomize/api/krusty"
	_ "sigs.k8s.io/kustomize/api/resmap"
	_ "sigs.k8s.io/kustomize/kyaml/yaml"
)
