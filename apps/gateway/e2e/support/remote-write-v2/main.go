// Sends two samples, an exemplar and a native histogram by remote write 2.0 with Prometheus' own client, and prints what it was told.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/exp/api/remote"
	writev2 "github.com/prometheus/client_golang/exp/api/remote/genproto/v2"
)

type withKey struct{ key string }

func (w withKey) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+w.key)
	return http.DefaultTransport.RoundTrip(request)
}

func main() {
	url, key, name := os.Args[1], os.Args[2], os.Args[3]
	client, err := remote.NewAPI(url, remote.WithAPIHTTPClient(&http.Client{Transport: withKey{key}}), remote.WithAPIPath("api/v1/write"))
	if err != nil {
		panic(err)
	}
	now := time.Now().UnixMilli()
	labels := []uint32{1, 2, 3, 4}
	request := &writev2.Request{
		Symbols: []string{"", "__name__", name, "job", "shop", "trace_id", "abc", "seconds"},
		Timeseries: []*writev2.TimeSeries{{
			LabelsRefs: labels,
			Samples:    []*writev2.Sample{{Value: 1.5, Timestamp: now}, {Value: 2.5, Timestamp: now + 1}},
			Exemplars:  []*writev2.Exemplar{{LabelsRefs: []uint32{5, 6}, Value: 1, Timestamp: now}},
			Metadata:   &writev2.Metadata{Type: writev2.Metadata_METRIC_TYPE_COUNTER, UnitRef: 7},
		}, {
			LabelsRefs: labels,
			Histograms: []*writev2.Histogram{{
				Count:          &writev2.Histogram_CountInt{CountInt: 5},
				Sum:            7,
				ZeroCount:      &writev2.Histogram_ZeroCountInt{ZeroCountInt: 2},
				PositiveSpans:  []*writev2.BucketSpan{{Offset: 1, Length: 1}},
				PositiveDeltas: []int64{3},
				Timestamp:      now,
			}},
		}},
	}
	stats, err := client.Write(context.Background(), remote.WriteV2MessageType, request)
	fmt.Printf("samples %d, histograms %d, exemplars %d, error %v", stats.Samples, stats.Histograms, stats.Exemplars, err)
}
