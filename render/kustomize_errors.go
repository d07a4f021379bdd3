package render

// The kinds of errors of kustomizations.
const (
	ErrRemoteBase           ErrorKind = "remote-base"           // something would have to be fetched or cloned
	ErrHelmCharts           ErrorKind = "helm-charts"           // a chart of a kustomization is not there, or is not rendered
	ErrPlugin               ErrorKind = "plugin"                // a generator or transformer would have to be run
	ErrMissingKustomization ErrorKind = "missing-kustomization" // a folder holds no kustomization file
	ErrTwoKustomizations    ErrorKind = "two-kustomizations"    // a folder holds several
	ErrEmptyKustomization   ErrorKind = "empty-kustomization"   // a kustomization says nothing
	ErrEmptyFile            ErrorKind = "empty-file"            // a file that must hold something is empty
	ErrUnknownField         ErrorKind = "unknown-field"         // a kustomization has a field that kustomize does not know
	ErrLegacyField          ErrorKind = "legacy-field"          // a field is written as old versions of kustomize read it
	ErrInvalidField         ErrorKind = "invalid-field"         // a field of a kustomization has the wrong type or value
	ErrLoadRestriction      ErrorKind = "load-restriction"      // a file lies outside the folder of its kustomization
	ErrCycle                ErrorKind = "cycle"                 // kustomizations include each other
	ErrComponentKind        ErrorKind = "component-kind"        // a component used as resource, or the other way round
	ErrIDConflict           ErrorKind = "id-conflict"           // two objects have the same identity
	ErrInvalidResource      ErrorKind = "invalid-resource"      // a resource has no kind, name, or the like
	ErrPatchTarget          ErrorKind = "patch-target"          // a patch changes an object that is not there
	ErrPatch                ErrorKind = "patch"                 // a patch is broken or cannot be applied
	ErrReplacement          ErrorKind = "replacement"           // a replacement finds no source or target
	ErrVars                 ErrorKind = "vars"                  // a var finds no object or field
	ErrGenerator            ErrorKind = "generator"             // a ConfigMap or Secret generator is wrong
	ErrKustomizeBuild       ErrorKind = "kustomize-build"       // kustomize failed for another reason
)
