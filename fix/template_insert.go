package fix

import "strings"

// insert adds text: lines go behind the line before them, other text between its neighbours.
func (p *templatePull) insert(at int, added string) (FileEdit, error) {
	if strings.HasSuffix(added, "\n") && p.isLineStart(at) && at > 0 {
		added = "\n" + strings.TrimSuffix(added, "\n")
		at = p.lastInk(at-1) + 1
	}
	place, ok := p.endOf(at)
	if !ok {
		return FileEdit{}, errNotInTemplate
	}
	added, err := p.indented(added, at-1, place)
	if err != nil {
		return FileEdit{}, err
	}
	return p.checked(place.file, place.offset, place.offset, added)
}

// indented moves the lines of added text by as much as the template's text is indented otherwise
// than what was rendered of it at an offset.
func (p *templatePull) indented(added string, at int, place templatePlace) (string, error) {
	if !strings.Contains(added, "\n") {
		return added, nil
	}
	template, err := p.templateOf(place.file)
	if err != nil {
		return "", err
	}
	rendered := indentation(p.text[strings.LastIndexByte(p.text[:at+1], '\n')+1:])
	own := indentation(template.Source[strings.LastIndexByte(template.Source[:place.offset], '\n')+1:])
	lines := strings.Split(added, "\n")
	for i := 1; i < len(lines); i++ {
		has := indentation(lines[i])
		if has == len(lines[i]) {
			continue
		}
		if has+own < rendered {
			return "", errNotInTemplate
		}
		lines[i] = strings.Repeat(" ", has+own-rendered) + lines[i][has:]
	}
	return strings.Join(lines, "\n"), nil
}
