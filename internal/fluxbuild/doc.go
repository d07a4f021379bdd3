// Package fluxbuild asks the code of Flux's own controller what a Kustomization applies. It is a module of its
// own, so that the program does not depend on what that brings along.
package fluxbuild
