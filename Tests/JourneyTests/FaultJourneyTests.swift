import Core
import Foundation
import Testing

/// What the sandbox can be told to do wrong, seen by the real curl and by a gateway.
@Suite struct FaultJourneyTests {
    private static let key = "x-luma-api-key: any"
    private static let event: JSON = [
        "name": "Faulty", "start_at": "2027-01-01T10:00:00Z", "timezone": "Europe/Berlin",
    ]

    private func sandbox(_ fault: String, _ more: String...) async throws -> (program: Program, address: String) {
        let program = try Program(["sandbox", "--port", "0", "--seed", "7", "--fault", fault] + more)
        return (program, try await program.address())
    }

    private func count(_ name: String, _ address: String, _ arguments: [String] = []) async throws -> Int {
        let state = try await curl(arguments + [address + "/_sandbox/state"])
        return try #require(state.json?[name]?.intValue, "\(state.body)\(state.standardError)")
    }

    private func create(_ address: String) async throws -> CurlAnswer {
        try await curlJSON("POST", address + "/v1/events/create", Self.event, "-H", Self.key)
    }

    /// With curl's exit code: 56 is a reset, 18 a body that ends too early, 0 none.
    @Test(arguments: [
        ("reset", 56, 0, 0), ("reset,after", 56, 0, 1), ("truncate=5", 18, 200, 1), ("length=+7", 18, 200, 1),
        ("length=-7", 0, 200, 1), ("status=429", 0, 429, 0), ("status=429,retry_after=9", 0, 429, 0),
        ("status=500,after", 0, 500, 1), ("status=502,html", 0, 502, 0), ("slow=9,milliseconds=40", 0, 200, 1),
        ("latency=150", 0, 200, 1), ("latency=150-160,after", 0, 200, 1), ("status=503,on=events/get", 0, 200, 1),
    ])
    func theCallSuffers(fault: String, exitCode: Int32, status: Int, creates: Int) async throws {
        let (program, address) = try await sandbox(fault)
        let start = ContinuousClock.now
        let answer = try await create(address)
        let elapsed = ContinuousClock.now - start
        #expect(answer.exitCode == exitCode, "\(answer.standardError)")
        #expect(answer.status == status)
        #expect(try await count("creates", address) == creates)
        switch fault {
        case "status=429,retry_after=9": #expect(answer.field("retry-after") == "9")
        case "status=429": #expect(answer.field("retry-after") == nil)
        case "status=502,html": #expect(answer.body.contains("<h1>Error 502</h1>"))
        case "truncate=5": #expect(answer.body.utf8.count == 5)
        case "length=-7": #expect(answer.json == nil && answer.body.hasPrefix(#"{"id":"evt-"#))
        case "length=+7": #expect(answer.json?["id"] != nil)
        // Some thirty octets are four pieces with three pauses.
        case "slow=9,milliseconds=40": #expect(answer.json?["id"] != nil && elapsed >= .milliseconds(120))
        case let text where text.hasPrefix("latency"): #expect(elapsed >= .milliseconds(150))
        default: break
        }
        #expect(program.isRunning)
    }

    @Test func rulesAreListedSetAddedAndCleared() async throws {
        let (program, address) = try await sandbox("seed=3;status=503,limit=2")
        let faults = address + "/_sandbox/faults"
        let me = address + "/v1/users/get-self"
        var statuses: [Int] = []
        for _ in 0..<3 { statuses.append(try await curl("-H", Self.key, me).status) }
        #expect(statuses == [503, 503, 200])
        let listed = try await curl(faults)
        #expect(
            listed.body
                == #"{"seed":3,"rules":[{"fault":"status","status":503,"on":"*","limit":2,"matched":3,"hits":2}]}"#)

        let added = try await curlJSON("POST", faults, ["rules": ["status=418,on=users/*"]])
        #expect(added.json?["rules"]?.arrayValue?.count == 2)
        #expect(try await curl("-H", Self.key, me).status == 418)
        let replaced = try await curlJSON("PUT", faults, ["seed": 4, "rules": [["fault": "status", "status": 500]]])
        #expect(replaced.json?["seed"] == 4)
        #expect(try await curl("-H", Self.key, me).status == 500)
        #expect(try await curl("-X", "DELETE", faults).json?["rules"] == [])
        #expect(try await curl("-H", Self.key, me).status == 200)

        for (body, words) in [
            ("{", "byte 1"), (#"{"rules":["rest"]}"#, "did you mean reset?"), (#"{"rules":["dns"]}"#, "luma.invalid"),
        ] {
            let refused = try await curl("-X", "PUT", "--data-binary", body, faults)
            #expect(refused.status == 400)
            #expect(refused.json?["message"]?.stringValue?.contains(words) == true, "\(refused.body)")
        }
        #expect(try await curl("-X", "PATCH", faults).field("allow") == "GET, HEAD, PUT, POST, DELETE")
        #expect(program.isRunning)
    }

    @Test(arguments: [
        (["sandbox", "--fault", "rest"], 64, "did you mean reset?"),
        (["sandbox", "--fault", "tls"], 78, "--tls-cert"), (["sandbox", "--fault", "dns"], 78, "luma.invalid"),
        (["serve", "--sandbox", "--sandbox-faults", "reset,nth=0"], 64, "nth must be"),
        (["sandbox", "--tls-cert", "x.pem"], 78, "--tls-key"),
        (["sandbox", "--tls-cert", "x.pem", "--tls-key", "x.pem"], 78, "--tls-cert = \"x.pem\""),
        (["serve", "--api-key", "k", "--ca-file", "none.pem"], 78, "LUMA_CA_FILE"),
    ])
    func whatCannotBePlayedStopsTheStart(arguments: [String], code: Int32, words: String) async throws {
        let program = try Program(arguments)
        #expect(try await program.exitCode() == code, "\(program.standardError)")
        #expect(program.standardError.contains(words), "\(program.standardError)")
    }

    // MARK: Through the gateway

    /// Whatever befalls the create at Luma, the event exists at most once, and the answer says so.
    @Test(arguments: [
        ("latency=100", 201, 1), ("status=429,retry_after=1", 201, 1), ("status=503,retry_after=1", 504, 0),
        ("status=503,retry_after=1,after", 201, 1), ("status=408,after", 201, 1), ("status=425,after", 201, 1),
        ("status=408", 504, 0),
        ("status=500", 504, 0), ("status=502,html", 504, 0), ("status=500,after", 201, 1),
        ("status=502,html,after", 201, 1),
        ("reset", 504, 0), ("reset,after", 201, 1), ("truncate=3", 201, 1), ("truncate=0", 201, 1),
        ("length=+9", 201, 1), ("length=-9", 201, 1), ("slow=4,milliseconds=20", 201, 1),
    ])
    func aCreateIsNeverDoubled(fault: String, status: Int, creates: Int) async throws {
        let gateway = try await RunningGateway.start(
            .standAlone, sandboxArguments: ["--fault", fault + ",on=events/create,nth=1"])
        let answer = try await curlJSON("POST", gateway.address + "/events/", Self.event)
        #expect(answer.status == status, "\(answer.body)")
        if status == 504 { expectErrorShape(answer, reason: "outcome_unknown") }
        let sandbox = try #require(gateway.sandboxAddress)
        #expect(try await count("creates", sandbox) == creates)
        let rules = try await curl(sandbox + "/_sandbox/faults")
        #expect(rules.json?["rules"]?.arrayValue?.first?["hits"] == 1)
    }

    /// Faults that no answer can play: the call truly goes to a name that nobody has, or speaks TLS where nobody does.
    @Test(arguments: ["dns", "tls"])
    func whatNeverArrivesIsSentAgain(fault: String) async throws {
        let gateway = try await RunningGateway.start(
            .inProcess, environment: ["LUMA_SANDBOX_FAULTS": "\(fault),on=events/create,limit=2"])
        let answer = try await curlJSON("POST", gateway.address + "/events/", Self.event)
        #expect(answer.status == 201, "\(answer.body)")
        try await eventually("the log tells of both retries") {
            gateway.program.standardError.split(separator: "\n").contains {
                $0.contains("POST") && $0.contains(#""retries":2"#)
            }
        }

        let broken = try await RunningGateway.start(
            .inProcess, environment: ["LUMA_SANDBOX_FAULTS": "\(fault),on=events/create"])
        let refused = try await curlJSON("POST", broken.address + "/events/", Self.event)
        #expect(refused.status == 502)
        expectErrorShape(refused, reason: "upstream_unreachable")
    }

    /// A sandbox that speaks TLS cuts handshakes; a certificate that is not trusted is not used.
    @Test func handshakesFail() async throws {
        let certificates = try await TLSJourneyTests.Certificates()
        let (program, address) = try await sandbox(
            "tls,nth=1", "--tls-cert", certificates.path("first.cert"), "--tls-key", certificates.path("first.key"))
        #expect(address.hasPrefix("https://localhost:"))
        let trust = ["--cacert", certificates.path("first.cert")]
        #expect(try await curl(trust + [address + "/_sandbox/state"]).exitCode == 35)
        #expect(try await count("creates", address, trust) == 0)
        let rules = try await curlJSON(
            "PUT", address + "/_sandbox/faults", ["rules": ["tls,limit=2"]], trust[0], trust[1])
        #expect(rules.status == 200, "\(rules.body)")
        for (authority, status) in [("first", 201), ("second", 502)] {
            let gateway = try Program(
                ["serve"],
                environment: [
                    "LUMA_PORT": "0", "LUMA_BASE_URL": address, "LUMA_API_KEY": "k",
                    "LUMA_CA_FILE": certificates.path("\(authority).cert"),
                    // Its attempts and those of the health check together would open the circuit.
                    "LUMA_BREAKER_FAILURES": "0",
                ])
            let answer = try await curlJSON("POST", try await gateway.address() + "/events/", Self.event)
            #expect(answer.status == status, "\(answer.body)")
        }
        let hits = try await curl(trust + [address + "/_sandbox/faults"])
        #expect(hits.json?["rules"]?.arrayValue?.first?["hits"] == 2)
        #expect(try await count("creates", address, trust) == 1)
        #expect(program.isRunning)
    }
}
