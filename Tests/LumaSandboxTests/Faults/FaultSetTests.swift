import Core
import Testing

@testable import LumaSandbox

/// Rules as they are written, in JSON and in the compact syntax.
struct FaultSetTests {
    @Test(arguments: [
        ("latency=50", #"{"fault":"latency","milliseconds":50,"on":"*"}"#),
        ("latency=50-200,after", #"{"fault":"latency","milliseconds":[50,200],"after":true,"on":"*"}"#),
        ("status=429", #"{"fault":"status","status":429,"on":"*"}"#),
        ("status=503,retry_after=2", #"{"fault":"status","status":503,"retry_after":2,"on":"*"}"#),
        ("status=502,html,after", #"{"fault":"status","status":502,"html":true,"after":true,"on":"*"}"#),
        ("reset,on=events/create,nth=3", #"{"fault":"reset","on":"events/create","nth":3}"#),
        ("reset,after,every=4,limit=2", #"{"fault":"reset","after":true,"on":"*","every":4,"limit":2}"#),
        ("truncate", #"{"fault":"truncate","on":"*"}"#), ("truncate=0", #"{"fault":"truncate","bytes":0,"on":"*"}"#),
        ("slow=8,milliseconds=5", #"{"fault":"slow","bytes":8,"milliseconds":5,"on":"*"}"#),
        ("length=+3", #"{"fault":"length","by":3,"on":"*"}"#), ("length=-3", #"{"fault":"length","by":-3,"on":"*"}"#),
        ("tls,chance=0.5", #"{"fault":"tls","on":"*","chance":0.5}"#),
        (" dns , on = events/* ", #"{"fault":"dns","on":"events/*"}"#),
    ])
    func aRuleIsReadAndShownInBothForms(text: String, json: String) throws {
        let compact = try FaultSet(text: text)
        #expect(compact.rules.count == 1)
        #expect(String(decoding: JSON.object(compact.rules[0].json).encoded, as: UTF8.self) == json)
        let document = try JSON.parse(#"{"rules":["# + json + #","\#(text)"]}"#)
        #expect(try FaultSet(document).rules == [compact.rules[0], compact.rules[0]])
    }

    @Test func aListOfRulesMayHaveASeed() throws {
        let set = try FaultSet(text: "seed=9; reset ;status=500;")
        #expect(set.seed == 9)
        #expect(set.rules.count == 2)
        #expect(try FaultSet(text: "").rules.isEmpty)
        #expect(try FaultSet(["seed": 9, "rules": ["reset", ["fault": "status", "status": 500]]]) == set)
    }

    @Test func whatIsListedCanBeSentBack() throws {
        var book = FaultBook(try FaultSet(text: "seed=3;latency=1-2,chance=0.25;slow=1,milliseconds=2"), seed: 1)
        _ = book.plan(for: "events/get")
        #expect(FaultBook(try FaultSet(book.json), seed: 1).seed == 3)
        #expect(try FaultSet(book.json).rules == FaultSet(text: "latency=1-2,chance=0.25;slow=1,milliseconds=2").rules)
    }

    @Test(arguments: [
        ("resett", "did you mean reset?"), ("", nil), (",", "nothing between"), ("reset=1", "reset takes no value"),
        ("reset,", "nothing between"), ("reset,nth=1,nth=2", "nth is given twice"), ("reset,nth=0", "nth must be"),
        ("reset,nth=1,every=2", "exclude each other"), ("reset,chance=1.5", "chance must be"),
        ("reset,chance", "chance must be"), ("reset,bytes=3", "bytes is not a member of reset"),
        ("reset,on=events/craete", "did you mean events/create?"), ("reset,on=nothing/*", "on must be"),
        ("latency", "milliseconds must be"), ("latency=9-3", "milliseconds must be"),
        ("latency=9999999", "milliseconds must be"), ("status=200", "status must be"), ("status", "status must be"),
        ("slow=5", "milliseconds must be"), ("length=0", "by must not be 0"), ("seed=-1", "seed must be"),
        ("reset;status=1", "rule 2: status must be"), ("reset,after=5", "after must be true or false"),
        ("reset,limit=many", "limit must be"),
    ])
    func aMistakeIsNamed(text: String, problem: String?) {
        do throws(FaultError) {
            _ = try FaultSet(text: text)
            #expect(problem == nil, "\(text) was taken")
        } catch {
            #expect(problem.map(error.problem.contains) == true, "\(text): \(error.problem)")
        }
    }

    @Test(arguments: [
        ("[]", "must be a JSON object"), (#"{"rule":[]}"#, "rule is not known"), (#"{"rules":{}}"#, "must be an array"),
        (#"{"rules":[5]}"#, "rules[0]: a rule must be"),
        (#"{"rules":["reset",{"fault":5}]}"#, "rules[1]: fault must be"),
        (#"{"seed":"x"}"#, "seed must be"), (#"{"rules":[{"fault":"reset","after":1}]}"#, "after must be"),
    ])
    func aDocumentThatIsNoRulesIsRefused(text: String, problem: String) throws {
        let json = try JSON.parse(text)
        let error = #expect(throws: FaultError.self) { try FaultSet(json) }
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
    }

    @Test func rulesAreBounded() throws {
        let many = Array(repeating: "reset", count: 65).joined(separator: ";")
        #expect(throws: FaultError.self) { try FaultSet(text: many) }
        #expect(throws: FaultError.self) { try FaultSet(["rules": .array(Array(repeating: "reset", count: 65))]) }
        #expect(throws: FaultError.self) { try FaultSet(["rules": .array(Array(repeating: "reset;reset", count: 40))]) }
        var book = FaultBook(try FaultSet(text: many.dropLast(6).description), seed: 1)
        #expect(throws: FaultError.self) { try book.add(try FaultSet(text: "reset")) }
    }
}
