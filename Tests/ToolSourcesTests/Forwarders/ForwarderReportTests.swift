import Core
import Testing

@testable import ToolSources

/// What an author is told of a document.
@Suite struct ForwarderReportTests {
    @Test func aSoundDocumentIsShownWithItsTools() {
        let reading = ForwarderFixture.read(
            #"""
            {"format": 1, "name": "notes", "upstream": {"base": "https://notes.example/v1", "auth": {"kind": "header", "value": {"$secret": "NOTES_KEY"}}},
             "tools": [{"name": "list", "request": {"method": "GET", "path": "/notes"}},
                       {"name": "replace", "input": {"type": "object", "properties": {"id": {}}},
                        "steps": [{"id": "a", "request": {"method": "GET", "path": "/notes/{id}"}}, {"id": "b", "request": {"method": "PUT", "path": "/notes/{id}"}}]}]}
            """#)
        #expect(reading.isSound)
        #expect(
            reading.report == [
                "notes: 2 tools at https://notes.example/v1", "  calls fail until NOTES_KEY is set",
                "  list     read   GET /notes", "  replace  write  GET /notes/{id}, PUT /notes/{id}",
            ])
    }

    @Test func whatIsWrongIsShownWithItsPlace() {
        let reading = ForwarderFixture.read(
            #"""
            {"format": 1, "name": "notes", "upstream": {"base": "https://notes.example", "headers": {"authorization": "Bearer abcdefgh1"}},
             "tools": [{"name": "list", "request": {"method": "GET", "path": "/notes"}}, {"name": "add", "request": {"method": "GET", "path": "notes"}}]}
            """#)
        #expect(!reading.isSound)
        #expect(
            reading.report == [
                "notes: 1 tool at https://notes.example", "  list  read   GET /notes",
                "warning: /upstream/headers/authorization: looks like a secret; use {\"$secret\": NAME} instead",
                "error: /tools/1/request/path: must begin with a slash",
            ])
    }

    @Test func aServiceThatIsOffSaysWhatItNeeds() {
        let reading = ForwarderFixture.read(
            #"""
            {"format": 1, "name": "notes", "needs": ["NOTES_KEY"], "upstream": {"base": "https://notes.example"},
             "tools": [{"name": "list", "request": {"method": "GET", "path": "/notes"}}]}
            """#)
        #expect(reading.isSound && reading.report == ["notes: off until NOTES_KEY is set"])
    }
}
