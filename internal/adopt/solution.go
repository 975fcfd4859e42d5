package adopt

import (
	"bytes"
	"encoding/json"

	"github.com/pzgen/pzgen/internal/start"
)

// Solution returns what the configuration of the solution Maintaining Personalized Experiences with
// Machine Learning asks of Amazon Personalize, as far as permissions go; false for other JSON. The
// solution keeps the data of a dataset group in the folder train/<dataset group> of its bucket, and what
// batch jobs read and write in batch/<dataset group> (README of
// aws-solutions/maintaining-personalized-experiences-with-machine-learning, "Configuration", read on
// 2026-11-27). bucket is the name of that bucket, which the configuration does not have.
func Solution(data []byte, bucket string) (Source, bool) {
	var config struct {
		DatasetGroup struct {
			ServiceConfig struct{ Name string }
		}
		Datasets  json.RawMessage
		Solutions []struct {
			ServiceConfig      struct{ Name string }
			BatchInferenceJobs []json.RawMessage
			BatchSegmentJobs   []json.RawMessage
		}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&config); err != nil || config.DatasetGroup.ServiceConfig.Name == "" ||
		config.Datasets == nil && config.Solutions == nil {
		return Source{}, false
	}
	group := config.DatasetGroup.ServiceConfig.Name
	s := Source{Name: start.NameFor(group), Group: group, Bucket: bucket}
	s.Flows = append(s.Flows, Flow{Type: "import", From: "train/" + group + "/"})
	for _, one := range config.Solutions {
		// Output goes into a folder of its own for each run, beside the input.
		folder := "batch/" + group + "/" + one.ServiceConfig.Name + "/"
		if len(one.BatchInferenceJobs) > 0 {
			s.Flows = append(s.Flows, Flow{"batch-inference", folder + "job_config.json", folder})
		}
		if len(one.BatchSegmentJobs) > 0 {
			s.Flows = append(s.Flows, Flow{"batch-segment", folder + "job_config.json", folder})
		}
	}
	return s, true
}
