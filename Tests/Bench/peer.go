// What one would write in Go: the gateway's routes with net/http alone.
package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

var upstream = os.Getenv("BENCH_UPSTREAM")
var client = &http.Client{
	Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512}}

type event struct {
	Name        string `json:"name"`
	StartAt     string `json:"start_at"`
	EndAt       string `json:"end_at,omitempty"`
	Timezone    string `json:"timezone"`
	MeetingURL  string `json:"meeting_url,omitempty"`
	Description string `json:"description_md,omitempty"`
	Visibility  string `json:"visibility,omitempty"`
}

func pass(w http.ResponseWriter, request *http.Request, err error, status int) {
	if err == nil {
		request.Header.Set("x-luma-api-key", "bench")
		var answer *http.Response
		if answer, err = client.Do(request); err == nil {
			defer answer.Body.Close()
			if answer.StatusCode != 200 {
				status = answer.StatusCode
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			io.Copy(w, answer.Body)
			return
		}
	}
	http.Error(w, err.Error(), http.StatusBadGateway)
}

func events(w http.ResponseWriter, r *http.Request) {
	if r.Method == "GET" {
		target := upstream + "/v1/events/get?event_id=" + url.QueryEscape(r.URL.Path[len("/events/"):])
		request, err := http.NewRequestWithContext(r.Context(), "GET", target, nil)
		pass(w, request, err, 200)
		return
	}
	var input event
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&input); err != nil || input.Name == "" {
		http.Error(w, "not an event", http.StatusUnprocessableEntity)
		return
	}
	if _, err := time.Parse(time.RFC3339, input.StartAt); err != nil {
		http.Error(w, "start_at", http.StatusUnprocessableEntity)
		return
	}
	body, _ := json.Marshal(input)
	request, err := http.NewRequestWithContext(r.Context(), "POST", upstream+"/v1/events/create", bytes.NewReader(body))
	pass(w, request, err, 201)
}

func main() {
	templates, err := os.ReadFile(os.Getenv("BENCH_TEMPLATES"))
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"status":"healthy","service":"peer","version":"1.0.0"}`)
	})
	http.HandleFunc("/templates/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(templates)
	})
	http.HandleFunc("/events/", events)
	go func() {
		panic(http.ListenAndServeTLS("127.0.0.1:"+os.Getenv("BENCH_SECURE_PORT"), os.Getenv("BENCH_CERTIFICATE"),
			os.Getenv("BENCH_KEY"), nil))
	}()
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("BENCH_PORT"), nil))
}
