package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// A fluxRelease is what is read of a HelmRelease, of all versions that are served.
// https://fluxcd.io/flux/components/helm/helmreleases/
type fluxRelease struct {
	Spec struct {
		Chart *struct {
			Spec fluxChart `json:"spec"`
		} `json:"chart"`
		ChartRef        *fluxReference   `json:"chartRef"`
		ReleaseName     string           `json:"releaseName"`
		TargetNamespace string           `json:"targetNamespace"`
		Values          map[string]any   `json:"values"`
		ValuesFrom      []fluxValuesFrom `json:"valuesFrom"`
		PostRenderers   []fluxPostRender `json:"postRenderers"`

		PostRenderStrategy string `json:"postRenderStrategy"`

		CommonMetadata *fluxMetadata     `json:"commonMetadata"`
		Install        *fluxInstallation `json:"install"`

		fluxElsewhere
	} `json:"spec"`
}

// fluxElsewhere says that what stands in the repository is not, or not here, in force.
type fluxElsewhere struct {
	Suspend    bool           `json:"suspend"`
	KubeConfig map[string]any `json:"kubeConfig"`
}

// notes say what of an object is not, or not here, in force.
func (e *fluxElsewhere) notes() (notes []string) {
	if e.Suspend {
		notes = append(notes, "It is suspended: Flux leaves what the cluster has until suspend goes.")
	}
	if e.KubeConfig != nil {
		notes = append(notes, "It is applied to another cluster, which its kubeConfig leads to: the Namespaces of this repository are taken for those of there.")
	}
	return notes
}

// A fluxChart is the template of a HelmChart in a HelmRelease, or the HelmChart's own spec.
type fluxChart struct {
	Chart                    string        `json:"chart"`
	Version                  string        `json:"version"`
	SourceRef                fluxReference `json:"sourceRef"`
	ValuesFile               string        `json:"valuesFile"` // of v2beta1
	ValuesFiles              []string      `json:"valuesFiles"`
	IgnoreMissingValuesFiles bool          `json:"ignoreMissingValuesFiles"`
}

type fluxReference struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

type fluxValuesFrom struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	ValuesKey  string `json:"valuesKey"`
	TargetPath string `json:"targetPath"`
	Optional   bool   `json:"optional"`
	Literal    bool   `json:"literal"`
}

type fluxInstallation struct {
	CRDs                    string `json:"crds"`
	SkipCRDs                bool   `json:"skipCRDs"`
	DisableSchemaValidation bool   `json:"disableSchemaValidation"`
}

type fluxMetadata struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

type fluxPostRender struct {
	Kustomize *struct {
		Patches               []types.Patch   `json:"patches"`
		PatchesStrategicMerge []any           `json:"patchesStrategicMerge"`
		PatchesJSON6902       []fluxJSONPatch `json:"patchesJson6902"`
		Images                []types.Image   `json:"images"`
	} `json:"kustomize"`
}

type fluxJSONPatch struct {
	Target types.Selector `json:"target"`
	Patch  []any          `json:"patch"`
}

// fluxOldPatches are the patches of the fields that older versions have, as they stand in patches.
func fluxOldPatches(merges []any, operations []fluxJSONPatch) (patches []types.Patch) {
	for _, patch := range merges {
		if text, err := yaml.Marshal(patch); err == nil {
			patches = append(patches, types.Patch{Patch: string(text)})
		}
	}
	for i := range operations {
		if text, err := json.Marshal(operations[i].Patch); err == nil {
			patches = append(patches, types.Patch{Patch: string(text), Target: &operations[i].Target})
		}
	}
	return patches
}

// A fluxKustomization is what is read of a Kustomization.
// https://fluxcd.io/flux/components/kustomize/kustomizations/
type fluxKustomization struct {
	Spec struct {
		Path                    string        `json:"path"`
		SourceRef               fluxReference `json:"sourceRef"`
		TargetNamespace         string        `json:"targetNamespace"`
		NamePrefix              string        `json:"namePrefix"`
		NameSuffix              string        `json:"nameSuffix"`
		Patches                 []types.Patch `json:"patches"`
		Components              []string      `json:"components"`
		IgnoreMissingComponents bool          `json:"ignoreMissingComponents"`
		Images                  []types.Image `json:"images"`
		CommonMetadata          *fluxMetadata `json:"commonMetadata"`
		PostBuild               *struct {
			SubstituteStrategy string            `json:"substituteStrategy"`
			Substitute         map[string]string `json:"substitute"`
			SubstituteFrom     []struct {
				Kind     string `json:"kind"`
				Name     string `json:"name"`
				Optional bool   `json:"optional"`
			} `json:"substituteFrom"`
		} `json:"postBuild"`
		PatchesStrategicMerge []any           `json:"patchesStrategicMerge"`
		PatchesJSON6902       []fluxJSONPatch `json:"patchesJson6902"`

		fluxElsewhere
	} `json:"spec"`
}

// A fluxSource is what is read of the objects that say where something comes from.
// https://fluxcd.io/flux/components/source/
type fluxSource struct {
	Spec struct {
		URL string `json:"url"`
		// Of a Bucket.
		Endpoint   string `json:"endpoint"`
		BucketName string `json:"bucketName"`
		Type       string `json:"type"`
		Ignore     string `json:"ignore"`
		Reference  *struct {
			Tag    string `json:"tag"`
			SemVer string `json:"semver"`
			Filter string `json:"semverFilter"`
			Digest string `json:"digest"`
			Branch string `json:"branch"` // of a GitRepository
		} `json:"ref"`
		LayerSelector *struct {
			MediaType string `json:"mediaType"`
		} `json:"layerSelector"` // of an OCIRepository
		Sources []struct {
			Alias string `json:"alias"`
			fluxReference
		} `json:"sources"`
		Artifacts []struct {
			Name string `json:"name"`
			Copy []struct {
				From string `json:"from"`
				To   string `json:"to"`
			} `json:"copy"`
		} `json:"artifacts"`
	} `json:"spec"`
}

// address is the URL of a source, as it is compared with others.
func (s *fluxSource) address() string {
	if s.Spec.URL == "" && s.Spec.Endpoint != "" {
		return "https://" + s.Spec.Endpoint + "/" + s.Spec.BucketName
	}
	return s.Spec.URL
}

var wrongField = regexp.MustCompile(`cannot unmarshal (\S+) into Go (?:struct field \S*?\.)?(\S+) of type (\S+)`)

// readGitOps reads the fields of an object. The error names the field of a wrong type and its line.
func readGitOps(files *overlay.FS, object *Object, into any) *Error {
	err := yamledit.Bounded(object.YAML)
	if err == nil {
		err = yaml.Unmarshal(object.YAML, into)
	}
	if err == nil {
		return nil
	}
	at, problem := []any{"spec"}, err.Error()
	if wrong := wrongField.FindStringSubmatch(problem); wrong != nil {
		at = nil
		for _, key := range strings.Split(strings.TrimSuffix(wrong[2], "."), ".") {
			at = append(at, key)
		}
		problem = fmt.Sprintf("%s is a %s", wrong[2], wrong[1])
	}
	if cut := errors.Unwrap(err); cut != nil && len(problem) > 300 {
		problem = cut.Error()
	}
	return fieldError(files, object, ErrGitOpsObject, fmt.Sprintf("%s %q cannot be read: %s. Mend the field's type; the API server would refuse the object too.", object.Kind, object.Name, problem), at...)
}
