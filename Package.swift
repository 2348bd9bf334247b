// swift-tools-version: 6.2
// SPDX-License-Identifier: MIT
import PackageDescription

// Warnings become errors on the command line of `make test` and of CI, never here: a newer
// toolchain's new warning must not break a user's build.
let always: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

// A sanitizer sees libcurl's memory only if it comes from malloc, piece by piece.
let sanitized: [SwiftSetting] = Context.environment["SANITIZE"] == nil ? [] : [.define("NO_LOOP_MEMORY")]
let settings = always + sanitized

func pure(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.target(name: name), "TestKit"] + dependencies,
        swiftSettings: settings)
}

let package = Package(
    name: "luma-mcp",
    products: [.executable(name: "luma-mcp", targets: ["luma-mcp"])],
    targets: [
        // MARK: C. One module per library, no logic.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CAssets", exclude: ["console", "docs", "forwarders", "shared"]),

        // MARK: Pure. Values and state machines: no clock, no wait, no system import.
        pure("Core"),
        pure("Formats", ["Core"]),
        pure("HTTP", ["Core"]),
        pure("MCP", ["Core"]),
        pure("ToolSources", ["Core", "HTTP", "MCP"]),
        pure("LumaAPI", ["Core"]),
        pure("LumaClient", ["Core", "HTTP", "LumaAPI"]),
        pure("LumaSandbox", ["Core", "HTTP", "LumaAPI"]),

        pure("GatewayAPI", ["Core", "Formats", "HTTP", "LumaAPI"]),

        // MARK: Effects. The only targets that touch OpenSSL, the kernel, the network or the disk.
        .target(name: "Crypto", dependencies: ["Core", "COpenSSL"], swiftSettings: settings),
        .target(name: "IO", dependencies: ["Core", "HTTP", "Crypto", "CLinux", "CCurl"], swiftSettings: settings),
        .target(name: "Store", dependencies: ["Core", "Crypto", "Keys", "CSQLite"], swiftSettings: settings),
        .target(
            name: "ToolHost", dependencies: ["Core", "HTTP", "MCP", "Crypto", "IO", "ToolSources"],
            swiftSettings: settings),

        // MARK: Settings, which server and client read alike, and keys. Pure but for digests.
        pure("Settings", ["Core", "Crypto"]),
        pure("Keys", ["Core", "Crypto"]),

        // MARK: Composition.
        .target(
            name: "SandboxServer", dependencies: ["Core", "HTTP", "Crypto", "IO", "LumaSandbox", "Settings"],
            swiftSettings: settings),
        .target(
            name: "Gateway",
            dependencies: [
                "Core", "Formats", "HTTP", "MCP", "LumaAPI", "LumaClient", "LumaSandbox", "Crypto", "IO", "Keys",
                "Store",
                "GatewayAPI", "SandboxServer", "Settings", "ToolHost", "ToolSources", "CAssets",
            ],
            swiftSettings: settings),
        .target(
            name: "GatewayCLI",
            dependencies: ["Core", "Formats", "HTTP", "LumaAPI", "Crypto", "IO", "GatewayAPI", "Settings"],
            swiftSettings: settings),
        .target(
            name: "Program",
            dependencies: ["Core", "Gateway", "GatewayCLI", "IO", "LumaSandbox", "SandboxServer", "Settings"],
            swiftSettings: settings),
        .executableTarget(name: "luma-mcp", dependencies: ["Program"], swiftSettings: settings),

        // MARK: Never shipped.
        .executableTarget(
            name: "fixture-server", dependencies: ["Core", "Gateway", "IO", "MCP", "Settings"],
            path: "Tests/FixtureServer",
            swiftSettings: settings),
        .target(
            name: "TestKit", dependencies: ["Core", "Formats", "GatewayAPI", "HTTP", "LumaAPI", "Settings"],
            path: "Tests/TestKit",
            swiftSettings: settings),
        .target(
            name: "IOTestKit", dependencies: ["Core", "HTTP", "IO"], path: "Tests/IOTestKit", swiftSettings: settings),
        tests(of: "Core"),
        tests(of: "Formats", ["Core"]),
        tests(of: "HTTP", ["Core"]),
        tests(of: "LumaAPI", ["Core"]),
        tests(of: "LumaClient", ["Core", "HTTP", "LumaAPI"]),
        tests(of: "LumaSandbox", ["Core", "HTTP", "LumaAPI"]),
        tests(of: "MCP", ["Core"]),
        tests(of: "ToolSources", ["Core", "HTTP", "MCP", "CAssets"]),
        tests(of: "Crypto", ["Core", "COpenSSL"]),
        tests(of: "IO", ["CLinux", "Core", "HTTP", "IOTestKit", "Crypto", "CCurl"]),
        tests(of: "Keys", ["Core", "Crypto"]),
        tests(of: "Store", ["Core", "Keys", "CSQLite"]),
        tests(of: "ToolHost", ["Core", "Crypto", "HTTP", "IO", "IOTestKit", "MCP", "ToolSources"]),
        tests(of: "Settings", ["Core"]),
        tests(of: "GatewayAPI", ["Core", "Formats", "HTTP", "LumaAPI"]),
        tests(of: "GatewayCLI", ["Core", "Formats", "GatewayAPI", "HTTP", "IO", "LumaAPI", "Settings"]),
        tests(of: "Program", ["Core", "Gateway", "GatewayAPI", "GatewayCLI", "Settings"]),
        tests(of: "SandboxServer", ["Core", "IO", "LumaSandbox", "Settings"]),
        tests(
            of: "Gateway",
            [
                "Core", "Formats", "GatewayAPI", "GatewayCLI", "HTTP", "IOTestKit", "MCP", "LumaAPI", "LumaClient",
                "LumaSandbox", "IO", "Keys", "Settings", "Store", "ToolHost",
            ]),
        .testTarget(
            name: "JourneyTests",
            dependencies: [
                "luma-mcp", "fixture-server", "Gateway", "GatewayAPI", "LumaAPI", "Store", "TestKit", "Core",
            ],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)

// libFuzzer brings its own `main`, so these targets exist only for `make fuzz`.
if Context.environment["FUZZ"] != nil {
    for name in [
        "FuzzChunked", "FuzzJSON", "FuzzRequest", "FuzzTZif", "FuzzTable",
        "FuzzCalendar",
    ] {
        package.targets.append(
            .executableTarget(
                name: name, dependencies: ["TestKit"], path: "Tests/Fuzz/" + name,
                swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]))
    }
}
