package githubfake

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// objects is a git process that answers what names and objects a repository has. Starting one for
// each question would take most of the time of a test.
type objects struct {
	in  io.WriteCloser
	out *bufio.Reader
}

func (r *Repo) startObjects() {
	cmd := exec.Command("git", "--git-dir="+r.dir, "cat-file", "--batch-command", "--buffer")
	cmd.Env = environment(r.dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		r.server.t.Fatalf("fake of GitHub: %v", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.server.t.Fatalf("fake of GitHub: %v", err)
	}
	if err := cmd.Start(); err != nil {
		r.server.t.Fatalf("fake of GitHub: %v", err)
	}
	r.server.t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait() // it ends with its input
	})
	r.objects = &objects{in: in, out: bufio.NewReader(out)}
}

// info returns id, kind and size of what a name stands for; ok is false if there is no such thing.
func (r *Repo) info(name string) (id, kind string, size int, ok bool) {
	return r.objects.ask("info", name)
}

// blob returns the content of a file; ok is false if the name stands for none.
func (r *Repo) blob(name string) (text string, ok bool) {
	if strings.Contains(name, "\n") {
		return "", false
	}
	_, kind, size, ok := r.objects.ask("contents", name)
	if !ok {
		return "", false
	}
	content := make([]byte, size+1) // and a line end
	if _, err := io.ReadFull(r.objects.out, content); err != nil {
		r.server.t.Errorf("fake of GitHub: git cat-file: %v", err)
	}
	return string(content[:size]), kind == "blob"
}

func (o *objects) ask(command, name string) (id, kind string, size int, ok bool) {
	if strings.Contains(name, "\n") {
		return "", "", 0, false
	}
	if _, err := fmt.Fprintf(o.in, "%s %s\nflush\n", command, name); err != nil {
		return "", "", 0, false
	}
	line, err := o.out.ReadString('\n')
	words := strings.Fields(line)
	if err != nil || len(words) != 3 {
		return "", "", 0, false // "NAME missing", "NAME ambiguous"
	}
	if size, err = strconv.Atoi(words[2]); err != nil {
		return "", "", 0, false
	}
	return words[0], words[1], size, isSHA(words[0])
}
