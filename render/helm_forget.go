package render

// Forget drops what renderings of charts keep for each other, for measurements.
func Forget() {
	loadedCharts.clear()
	readHeads.clear()
	readToMark.clear()
	askingTemplates.clear()
	parsedTemplates.clear()
	readFiles.clear()
}

func (c *contentCache[T]) clear() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.made, c.size = nil, 0
}
