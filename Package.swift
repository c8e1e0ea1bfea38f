// swift-tools-version: 6.2

import PackageDescription

// The imports between the modules. They run down only, and this file declares them:
// `Scripts/check` fails on one that is not declared here. Sources/README.md is the map.

// `Scripts/fuzz` sets it: then the modules count which of their edges were walked, and instead of
// the tests that play the kept bytes again there is the program that looks for new ones.
let isFuzzing = Context.environment["LBCTL_FUZZ"] != nil

let counted: [SwiftSetting] = [
    .unsafeFlags([
        "-enable-testing",
        "-sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table",
    ])
]

let swiftSettings: [SwiftSetting] =
    (isFuzzing ? counted : []) + [
        .strictMemorySafety(),
        .enableExperimentalFeature("Lifetimes"),
        // Without this nothing large is inlined across modules, and the hot path crosses several.
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ]

/// A fully static program starts in under a millisecond, which is what makes a restart invisible.
let fullyStatic: [LinkerSetting] = [
    .unsafeFlags(["-static-executable"], .when(configuration: .release))
]

/// Static but for glibc, so that a C library can still be loaded at run time.
let staticButGlibc: [LinkerSetting] = [
    .unsafeFlags(["-static-stdlib"], .when(configuration: .release))
]

func module(_ name: String, sees: [String] = []) -> Target {
    .target(
        name: name,
        dependencies: sees.map { .init(stringLiteral: $0) },
        swiftSettings: swiftSettings)
}

func program(_ name: String, sees: [String], linked: [LinkerSetting]) -> Target {
    .executableTarget(
        name: name,
        dependencies: sees.map { .init(stringLiteral: $0) },
        swiftSettings: swiftSettings,
        linkerSettings: linked)
}

func tests(of name: String, sees: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: ([name, "TestSupport"] + sees).map { .init(stringLiteral: $0) },
        swiftSettings: [.enableExperimentalFeature("Lifetimes")])
}

let fuzzed: [Target.Dependency] = [
    "Balancing", "HTTP1", "Choosing", "Scoreboard", "Control", "Kernel", "Basics",
]
let keptBytes = ["Corpus", "Found", "Words"]

let fuzzing: Target =
    isFuzzing
    ? .executableTarget(
        name: "fuzz", dependencies: fuzzed, path: "Tests/FuzzingTests",
        exclude: keptBytes + ["ReplayTests.swift"])
    : .testTarget(name: "FuzzingTests", dependencies: fuzzed, exclude: keptBytes + ["Driver"])

/// `Scripts/bench-choosing` sets it: then there is the program that measures what a choice costs.
let benchmarks: [Target] =
    Context.environment["LBCTL_BENCH"] == nil
    ? []
    : [
        .executableTarget(
            name: "bench-choosing", dependencies: ["Choosing", "Basics"],
            path: "Tests/Benchmarks/Choosing",
            swiftSettings: [
                .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
            ])
    ]

let package = Package(
    name: "lbctl",
    targets: [
        // Ground
        .target(name: "CLinux"),
        .target(
            name: "CStatic",
            cSettings: [.define("FULLY_STATIC", .when(configuration: .release))]),
        module("Basics"),
        module("Kernel", sees: ["Basics", "CLinux"]),
        // Pure
        module("HTTP1", sees: ["Basics"]),
        module("ProxyProtocol", sees: ["Basics"]),
        module("Choosing", sees: ["Basics"]),
        module("Logs", sees: ["Basics"]),
        // Shared
        module("Control", sees: ["Basics"]),
        module("History", sees: ["Logs", "Kernel", "Basics"]),
        module("Planning", sees: ["Control", "Logs", "Kernel", "Basics"]),
        module("Scoreboard", sees: ["Choosing", "Kernel", "Basics"]),
        // Planes
        module(
            "Balancing",
            sees: [
                "HTTP1", "ProxyProtocol", "Choosing", "Scoreboard", "Control", "Kernel", "Basics",
            ]),
        module(
            "Supervision",
            sees: ["Planning", "Control", "Scoreboard", "History", "Logs", "Kernel", "Basics"]),
        module(
            "Admin",
            sees: [
                "HTTP1", "Control", "Scoreboard", "History", "Logs", "Kernel", "Basics",
            ]),
        module("Terminal", sees: ["Kernel", "Basics"]),
        // Programs. lbctl names its siblings so that `swift run lbctl` builds them too.
        program(
            "lbctl",
            sees: [
                "Supervision", "Planning", "Control", "Logs", "History", "Scoreboard", "Terminal",
                "Kernel", "Basics", "lb-balancer", "lb-echo", "lb-admin", "CStatic",
            ], linked: fullyStatic),
        program(
            "lb-balancer", sees: ["Balancing", "Control", "Scoreboard", "Kernel", "Basics"],
            linked: staticButGlibc),
        program(
            "lb-admin", sees: ["Admin", "Control", "Scoreboard", "Kernel", "Basics", "CStatic"],
            linked: fullyStatic),
        program(
            "lb-echo", sees: ["HTTP1", "Control", "Kernel", "Basics", "CStatic"],
            linked: fullyStatic),

        // What several tests need.
        .target(
            name: "TestSupport", dependencies: ["Control", "Kernel", "Basics"],
            path: "Tests/Support"),

        tests(of: "Basics"),
        tests(of: "Kernel", sees: ["Basics"]),
        tests(of: "HTTP1", sees: ["Basics"]),
        tests(of: "ProxyProtocol", sees: ["Basics"]),
        tests(of: "Choosing", sees: ["Basics"]),
        tests(of: "Logs", sees: ["Basics"]),
        tests(of: "Control", sees: ["Basics"]),
        tests(of: "History", sees: ["Logs", "Kernel", "Basics"]),
        tests(of: "Planning", sees: ["Control", "Logs", "Kernel", "Basics"]),
        tests(of: "Scoreboard", sees: ["Choosing", "Kernel", "Basics"]),
        tests(
            of: "Balancing",
            sees: ["HTTP1", "Choosing", "Scoreboard", "Control", "Kernel", "Basics"]),
        tests(
            of: "Supervision",
            sees: ["Planning", "Control", "Scoreboard", "History", "Logs", "Kernel", "Basics"]),
        tests(of: "Admin", sees: ["HTTP1", "Control", "Scoreboard", "Kernel", "Basics"]),
        tests(of: "Terminal", sees: ["Kernel", "Basics"]),
        tests(
            of: "lbctl",
            sees: [
                "Supervision", "Planning", "Control", "History", "Logs", "Terminal", "Kernel",
                "Basics",
            ]),
        tests(of: "lb-balancer", sees: ["Control", "Kernel", "Basics"]),
        tests(of: "lb-echo", sees: ["HTTP1", "Control", "Kernel", "Basics"]),
        // The programs are named so that they are built before they are started.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "lbctl", "lb-balancer", "lb-echo", "lb-admin", "TestSupport", "Kernel", "Basics",
            ]),
        .testTarget(name: "HouseTests", dependencies: ["Kernel", "Basics"]),
        fuzzing,
    ] + benchmarks
)
