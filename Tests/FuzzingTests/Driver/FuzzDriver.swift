import Glibc

/// libFuzzer's loop, from the toolchain's libclang_rt.fuzzer_no_main.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ examine: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// `Scripts/fuzz` builds and starts it. The target is named by LBCTL_FUZZ_TARGET, because
/// libFuzzer starts itself again with words of its own.
@main enum FuzzDriver {
    static let target: FuzzTarget = {
        let name = getenv("LBCTL_FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("LBCTL_FUZZ_TARGET is '\(name)', which is no target")
        }
        return target
    }()

    static func main() {
        var count = CommandLine.argc
        var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv
        exit(
            runDriver(&count, &words) { bytes, count in
                FuzzDriver.examine(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            })
    }

    private static func examine(_ bytes: [UInt8]) {
        do throws(Finding) {
            try target.examine(bytes)
        } catch {
            // A crash is what libFuzzer understands.
            fatalError("\(target.rawValue): \(error)")
        }
    }
}
