package spec

import (
	"fmt"
	"slices"
	"strings"
)

// devices are the names that Windows keeps for devices, whatever their case and extension, so that
// no file or folder can have them (Microsoft Learn, "Naming Files, Paths, and Namespaces").
func devices() []string {
	names := []string{"con", "prn", "aux", "nul"}
	for _, port := range []string{"com", "lpt"} {
		for n := range 10 {
			names = append(names, fmt.Sprintf("%s%d", port, n))
		}
	}
	return names
}

// deviceOf returns the part of the name of a file that may name a device.
func deviceOf(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return strings.TrimRight(name, " ")
}

// isDevice reports whether Windows takes the name of a file for a device.
func isDevice(name string) bool {
	name = deviceOf(name)
	return len(name) <= 4 && slices.Contains(devices(), strings.ToLower(name))
}
