package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// overlays and bases are how many targets the repository has in which one file changes.
const (
	overlays = 290
	bases    = 10
)

// change measures a run on a change of one overlay against a run on the whole repository, which it makes.
func (c commands) change(rounds int) error {
	dir, err := os.MkdirTemp("", "podmend-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := writeRepository(dir); err != nil {
		return err
	}
	full, err := c.wall(rounds, dir)
	if err != nil {
		return err
	}
	changed, err := c.wall(rounds*3, dir, "--base", "HEAD~1")
	if err != nil {
		return err
	}
	fmt.Printf("%d overlays of %d bases\n\n%-34s %8.2f\n%-34s %8.2f\n\nthe change of one takes %.3f of the time of all\n\n", overlays, bases,
		"podmend check", full.Seconds(), "podmend check, one changed", changed.Seconds(), changed.Seconds()/full.Seconds())
	return nil
}

// wall is the fastest of some runs.
func (c commands) wall(rounds int, dir string, args ...string) (best time.Duration, err error) {
	for round := range rounds {
		cmd := exec.Command(c.podmend, append([]string{"check", "--fail-on", "high"}, args...)...)
		cmd.Dir = dir
		start := time.Now()
		out, err := cmd.CombinedOutput()
		if err != nil {
			return 0, fmt.Errorf("podmend check: %w: %s", err, out)
		}
		if took := time.Since(start); round == 0 || took < best {
			best = took
		}
	}
	return best, nil
}

func writeRepository(dir string) error {
	files := map[string]string{}
	for i := range bases {
		base := fmt.Sprintf("bases/%d/", i)
		files[base+"kustomization.yaml"] = "resources: [app.yaml, service.yaml]\n"
		files[base+"service.yaml"] = "apiVersion: v1\nkind: Service\nmetadata: {name: app}\nspec: {selector: {app: app}, ports: [{port: 80}]}\n"
		text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  selector: {matchLabels: {app: app}}\n  template:\n" +
			"    metadata: {labels: {app: app}}\n    spec:\n      containers:\n"
		for j := range 3 {
			text += fmt.Sprintf("      - name: c%d\n        image: registry.example/app:%d\n        ports: [{containerPort: %d}]\n", j, i, 8080+j)
			text += "        resources: {limits: {cpu: 100m, memory: 64Mi}}\n        env:\n"
			for k := range 20 {
				text += fmt.Sprintf("        - {name: V%d, value: \"%d\"}\n", k, k)
			}
		}
		files[base+"app.yaml"] = text
	}
	for i := range overlays {
		overlay := fmt.Sprintf("overlays/%d/", i)
		files[overlay+"kustomization.yaml"] = fmt.Sprintf("resources: [../../bases/%d]\nnamePrefix: o%d-\npatches: [{path: patch.yaml}]\n", i%bases, i)
		files[overlay+"patch.yaml"] = fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {replicas: %d}\n", i)
	}
	for name, content := range files {
		if err := write(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	if err := git(dir, "init", "-q"); err != nil {
		return err
	}
	if err := commit(dir); err != nil {
		return err
	}
	if err := write(filepath.Join(dir, "overlays/7/patch.yaml"), "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {replicas: 1000}\n"); err != nil {
		return err
	}
	return commit(dir)
}

func write(name, content string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(content), 0o644)
}

func commit(dir string) error {
	if err := git(dir, "add", "-A"); err != nil {
		return err
	}
	return git(dir, "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "-q", "-m", "State")
}

func git(dir string, args ...string) error {
	out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("git %q: %w: %s", args, err, out)
	}
	return nil
}
