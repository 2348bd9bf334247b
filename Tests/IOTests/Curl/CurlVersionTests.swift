import Testing

@testable import IO

@Suite struct CurlVersionTests {
    @Test(arguments: [(0x07_51_00, "7.81.0"), (0x07_56_FF, "7.86.255")] as [(UInt32, String)])
    func whatIsOlderThanTheOptionsIsRefused(_ version: UInt32, _ text: String) {
        let problem = "libcurl \(text) is too old: 7.87.0 or newer is needed, as in Debian 12 and Ubuntu 24.04"
        #expect(CurlVersion.problem(of: version) == problem)
    }

    @Test(arguments: [0x07_57_00, 0x07_58_01, 0x08_00_00] as [UInt32])
    func whatHasTheOptionsWillDo(_ version: UInt32) {
        #expect(CurlVersion.problem(of: version) == nil)
    }

    @Test func theOneThatTheTestsRunWithWillDo() {
        #expect(CurlVersion.problem == nil)
    }
}
