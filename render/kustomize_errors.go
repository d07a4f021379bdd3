package render

// The kinds of errors of kustomizations.
const (
	ErrRemoteBase           ErrorKind = "remote-base"
	ErrHelmCharts           ErrorKind = "helm-charts"
	ErrPlugin               ErrorKind = "plugin"
	ErrMissingKustomization ErrorKind = "missing-kustomization"
	ErrTwoKustomizations    ErrorKind = "two-kustomizations"
	ErrEmptyKustomization   ErrorKind = "empty-kustomization"
	ErrEmptyFile            ErrorKind = "empty-file"
	ErrUnknownField         ErrorKind = "unknown-field"
	ErrLegacyField          ErrorKind = "legacy-field"
	ErrInvalidField         ErrorKind = "invalid-field"
	ErrLoadRestriction      ErrorKind = "load-restriction"
	ErrCycle                ErrorKind = "cycle"
	ErrComponentKind        ErrorKind = "component-kind"
	ErrIDConflict           ErrorKind = "id-conflict"
	ErrInvalidResource      ErrorKind = "invalid-resource"
	ErrPatchTarget          ErrorKind = "patch-target"
	ErrPatch                ErrorKind = "patch"
	ErrReplacement          ErrorKind = "replacement"
	ErrVars                 ErrorKind = "vars"
	ErrGenerator            ErrorKind = "generator"
	ErrKustomizeBuild       ErrorKind = "kustomize-build"
)
