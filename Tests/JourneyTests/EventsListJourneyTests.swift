import Core
import Foundation
import Testing

/// Finding events on the command line: what comes next, what has been, by words, by the address of a page, by Tab.
@Suite struct EventsListJourneyTests {
    /// A calendar with an event that is over and two that come.
    private static func calendar() async throws -> (gateway: RunningGateway, ids: [String: String]) {
        let gateway = try await RunningGateway.start(.inProcess)
        var ids: [String: String] = [:]
        for (name, start, description) in [
            ("Été passé", "2020-05-01T18:00:00Z", ""), ("Rooftop drinks", "2035-05-01T18:00:00Z", "Talks and pizza."),
            ("Soirée", "2034-05-01T18:00:00Z", ""),
        ] {
            let made = try await curlJSON(
                "POST", gateway.address + "/events/",
                [
                    "name": .string(name), "start_at": .string(start), "timezone": "UTC",
                    "description_md": .string(description),
                ])
            ids[name] = try #require(made.json?["id"]?.stringValue, "\(made.body)")
        }
        return (gateway, ids)
    }

    private static func names(_ run: EventsRun) -> [String] {
        (run.json?["entries"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    @Test func aListBeginsWithWhatComesNext() async throws {
        let (gateway, _) = try await Self.calendar()
        func list(_ arguments: String...) async throws -> EventsRun {
            let run = try await events(gateway.address, ["list", "--json"] + arguments)
            #expect(run.code == 0, "\(run.err)")
            return run
        }
        let coming = Self.names(try await list())
        #expect(!coming.contains("Été passé"))
        #expect(coming.last == "Rooftop drinks" && coming.dropLast().last == "Soirée")
        let past = Self.names(try await list("--past"))
        #expect(past.contains("Été passé") && !past.contains("Soirée"))
        #expect(Set(Self.names(try await list("--all"))).isSuperset(of: ["Été passé", "Soirée", "Rooftop drinks"]))
        #expect(try await events(gateway.address, ["list", "--past", "--after", "today"]).code == 64)
        // The advice for the next page asks for the same part of the calendar.
        let page = try await events(gateway.address, ["list", "--limit", "1"])
        #expect(page.err.contains("--sort start_at --cursor "), "\(page.err)")
    }

    /// The emulator's calendar has an event of another platform, and one that waits for approval.
    @Test func whatIsLeftOutIsToldAndCanBeSeen() async throws {
        let (gateway, _) = try await Self.calendar()
        for more in [[], ["--all"], ["--search", "market"]] {
            let run = try await events(gateway.address, ["list"] + more)
            #expect(run.code == 0 && !run.out.contains("Neighbours' market") && !run.out.contains("STATUS"))
            #expect(
                run.err.contains(
                    "left out: events of other platforms, events that the gateway's key may only view, "
                        + "events that wait for approval; with --show all nothing is"), "\(run.err)")
            let document = try await events(gateway.address, ["list", "--json"] + more)
            #expect(document.json?["left_out"] == ["external", "view_only", "pending"], "\(document.out)")
            #expect(!document.err.contains("left out"))
            let all = try await events(gateway.address, ["list", "--show", "all"] + more)
            #expect(all.out.components(separatedBy: "Neighbours' market").count == 3, "\(all.out)")
            #expect(all.out.contains("STATUS") && all.out.contains("pending") && !all.err.contains("left out"))
        }
        let pending = try await events(gateway.address, ["list", "--status", "pending", "--show", "all"])
        #expect(pending.err == "luma-mcp: left out: events that are on the calendar; without --status nothing is\n")
        let both = try await events(gateway.address, ["list", "--status", "pending"])
        #expect(both.err.contains("; with --show all and without --status nothing is"), "\(both.err)")
        #expect(try await events(gateway.address, ["list", "--show", "some"]).code == 64)
        let table = try await events(gateway.address, ["export", "--format", "csv", "--show", "all"])
        #expect(table.code == 0 && table.out.contains("Neighbours' market") && table.err.isEmpty)
    }

    @Test func wordsAreFoundWithoutTheirAccents() async throws {
        let (gateway, _) = try await Self.calendar()
        let found = try await events(gateway.address, ["list", "--search", "soiree", "--json"])
        #expect(found.code == 0 && Self.names(found) == ["Soirée"], "\(found.err)")
        // Luma's lists have no descriptions, so nothing is said of them.
        #expect(found.err.contains("events by name and place"), "\(found.err)")
        let past = try await events(gateway.address, ["list", "--search", "ETE passe", "--past", "--json"])
        #expect(Self.names(past) == ["Été passé"] && !past.err.contains("coming"), "\(past.err)")
        let none = try await events(gateway.address, ["list", "--search", "no such words"])
        #expect(none.code == 0 && none.out.isEmpty && none.err.contains("searched"), "\(none.err)")
        #expect(try await events(gateway.address, ["list", "--search", " "]).code == 64)
    }

    @Test func theAddressOfAPageStandsForItsEvent() async throws {
        let (gateway, ids) = try await Self.calendar()
        let id = try #require(ids["Soirée"])
        let url = try #require(try await events(gateway.address, ["get", id, "--json"]).json?["url"]?.stringValue)
        let read = try await events(gateway.address, ["get", url + "?tk=abc#x", "--json"])
        #expect(read.code == 0 && read.json?["id"]?.stringValue == id, "\(read.err)")
        let changed = try await events(gateway.address, ["update", url, "--capacity", "7", "--json"])
        #expect(changed.code == 0 && changed.json?["max_capacity"] == 7, "\(changed.err)")
        let unknown = try await events(gateway.address, ["get", "https://luma.com/no-such-page"])
        #expect(unknown.code == 66 && unknown.out.isEmpty, "\(unknown.err)")
    }

    @Test func theShellIsTold() async throws {
        let (gateway, ids) = try await Self.calendar()
        func values(_ list: String, _ address: String) async throws -> [String] {
            let settings = ["PATH": "/usr/bin:/bin", "LUMA_GATEWAY_URL": address]
            let result = try await run(Program.path, ["completion", "list", list], environment: settings)
            #expect(result.code == 0 && result.err.isEmpty, "\(result.err)")
            return result.out.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        }
        let coming = try await values("events", gateway.address)
        let (next, past) = (try #require(ids["Soirée"]), try #require(ids["Été passé"]))
        #expect(coming.contains(next) && !coming.contains(past))
        #expect(try await values("templates", gateway.address).contains("workshop"))
        #expect(try await values("zones", gateway.address).contains("Europe/Berlin"))
        // Nobody answers there: nothing is offered, and nothing is said.
        #expect(try await values("events", "http://127.0.0.1:1") == [])
    }
}
