import Foundation
import IO
import Testing

@Suite struct NotifySocketTests {
    @Test(arguments: ["", "/", "relative/path", "@", "vsock:1:2", "/" + String(repeating: "a", count: 108)])
    func whatIsNoAddressIsRefused(path: String) { #expect(NotifySocket(path: path) == nil) }

    @Test(arguments: ["/nowhere/at/all", "@luma-mcp-nobody-listens"]) func nobodyThereIsNoFault(path: String) throws {
        #expect(try !#require(NotifySocket(path: path)).send("READY=1"))
    }
}
