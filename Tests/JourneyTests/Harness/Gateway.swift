import Foundation
import Testing

/// A gateway that serves, with the emulator that it talks to.
struct RunningGateway {
    /// Where the emulator lives: inside the gateway, or as a program of its own.
    enum Upstream: String, CaseIterable, Sendable { case inProcess, standAlone }

    let program: Program
    let address: String
    let sandbox: Program?
    /// The emulator's address; nil when it is inside the gateway.
    let sandboxAddress: String?

    static func start(
        _ upstream: Upstream, environment: [String: String] = [:], sandboxArguments: [String] = []
    ) async throws -> RunningGateway {
        var settings = ["LUMA_PORT": "0", "LUMA_LOG_FORMAT": "json"]
        var sandbox: Program?
        var sandboxAddress: String?
        switch upstream {
        case .inProcess: settings["LUMA_SANDBOX"] = "true"
        case .standAlone:
            let started = try Program(["sandbox", "--port", "0", "--seed", "7"] + sandboxArguments)
            let address = try await started.address()
            settings["LUMA_BASE_URL"] = address
            settings["LUMA_API_KEY"] = "secret-journey"
            sandbox = started
            sandboxAddress = address
        }
        let program = try Program(["serve"], environment: settings.merging(environment) { $1 })
        let address = try await program.address()
        try await eventually("the gateway is healthy") { try await curl(address + "/health").status == 200 }
        return RunningGateway(program: program, address: address, sandbox: sandbox, sandboxAddress: sandboxAddress)
    }
}
