import Testing

@testable import IO

@Suite struct SupervisorTests {
    @Test func socketsAreTakenOnlyWhenTheyAreMeantForThisProcess() throws {
        let mine = ["LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a:b"]
        #expect(try SocketActivation.descriptors(mine, process: 42) == 3..<5)
        #expect(try SocketActivation.descriptors(mine, process: 43) == nil)
        #expect(try SocketActivation.descriptors(["LISTEN_FDS": "2"], process: 42) == nil)
        #expect(try SocketActivation.descriptors(["LISTEN_PID": "42", "LISTEN_FDS": "0"], process: 42) == nil)
        #expect(try SocketActivation.descriptors([:], process: 42) == nil)
    }

    @Test(arguments: ["", "-1", "two", "99999999999", "5000"]) func aCountThatIsNoneStopsTheStart(text: String) {
        let failure = #expect(throws: StartFailure.self) {
            try SocketActivation.descriptors(["LISTEN_PID": "7", "LISTEN_FDS": text], process: 7)
        }
        #expect(failure?.kind == .configuration)
        #expect(throws: StartFailure.self) { try SocketActivation.descriptors(["LISTEN_PID": "7"], process: 7) }
    }

    @Test(
        arguments: [
            ("20000000", nil, 10.0), ("20000000", "7", 10), ("20000000", "8", nil), ("0", nil, nil), ("999", nil, nil),
            ("soon", nil, nil), ("-5", nil, nil),
        ] as [(String, String?, Double?)])
    func aSignOfLifeIsGivenTwiceAsOftenAsAskedFor(microseconds: String, process: String?, interval: Double?) {
        var environment = ["WATCHDOG_USEC": microseconds]
        environment["WATCHDOG_PID"] = process
        #expect(Supervisor(environment, process: 7).watchdogInterval == interval)
    }
}
