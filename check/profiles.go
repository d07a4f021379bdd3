package check

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// AppArmor and seccomp profiles are fields now and were annotations before. Both spell
// their types alike.
const (
	runtimeDefault = "RuntimeDefault"
	localhost      = "Localhost"
)

// A profile is a place for an AppArmor or seccomp profile, and what Kubernetes wants to
// agree with it.
type profile struct {
	at          yamledit.Path // spec.securityContext.seccompProfile; none for an annotation of no container
	set         bool          // it is there
	kind        string        // its type
	localhost   *string       // its localhostProfile
	annotations []string      // keys of the annotations that say the same of the pod or container
}

// holds says whether a field is this profile's or inside it.
func (p *profile) holds(field Field) bool {
	return len(p.at) > 0 && field.Path.HasPrefix(p.at)
}

func (p *profile) allowed() bool {
	return p.kind == runtimeDefault || p.kind == localhost
}

// typeField is the Field of a profile that has a bad type.
func (p *profile) typeField(container string) Field {
	return Field{Path: p.at.Join("type"), Container: container, Value: p.kind, Missing: p.kind == ""}
}

func appArmorOf(source *corev1.AppArmorProfile, at yamledit.Path) profile {
	if source == nil {
		return profile{at: at}
	}
	return profile{at: at, set: true, kind: string(source.Type), localhost: source.LocalhostProfile}
}

func seccompOf(source *corev1.SeccompProfile, at yamledit.Path) profile {
	if source == nil {
		return profile{at: at}
	}
	return profile{at: at, set: true, kind: string(source.Type), localhost: source.LocalhostProfile}
}

func annotationPath(key string) yamledit.Path {
	return yamledit.NewPath("metadata", "annotations", key)
}

// localhostPrefix stands before the profile's name in annotations.
const localhostPrefix = "localhost/"

// mendProfiles makes one remedy for each profile that is located by its field or by one of
// its annotations. Both change together, because Kubernetes wants them to agree.
func mendProfiles(pod *render.PodTemplate, fields []Field, profiles []profile, annotationDefaults []string) []Remedy {
	var remedies []Remedy
	for _, p := range profiles {
		located := slices.DeleteFunc(slices.Clone(fields), func(field Field) bool {
			return !p.holds(field) && !slices.ContainsFunc(p.annotations, func(key string) bool {
				return field.Path.HasPrefix(annotationPath(key))
			})
		})
		if len(located) == 0 {
			continue
		}
		changes := mendProfile(&p, slices.ContainsFunc(located, p.holds))
		for _, key := range p.annotations {
			value := annotationDefaults[0]
			if p.kind == localhost && p.localhost != nil {
				value = localhostPrefix + *p.localhost
			} else if slices.Contains(annotationDefaults, pod.Meta.Annotations[key]) {
				continue
			}
			if pod.Meta.Annotations[key] != value {
				changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: annotationPath(key), Value: value})
			}
		}
		remedies = append(remedies, Remedy{Fields: located, Changes: changes})
	}
	return remedies
}

// mendProfile makes a profile the runtime's default one, and adds it where it is wanted.
func mendProfile(p *profile, wanted bool) []yamledit.Change {
	var changes []yamledit.Change
	switch {
	case !p.set && wanted:
		changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: p.at, Value: map[string]any{"type": runtimeDefault}})
	case !p.set || p.allowed():
		return nil
	default:
		changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: p.at.Join("type"), Value: runtimeDefault})
		if p.localhost != nil {
			changes = append(changes, yamledit.Change{Op: yamledit.Delete, Path: p.at.Join("localhostProfile")})
		}
	}
	*p = profile{at: p.at, set: true, kind: runtimeDefault, annotations: p.annotations}
	return changes
}
