import Basics
import Testing

@testable import Terminal

@Suite struct HumanTextTests {
    @Test(
        arguments: [
            (0, "0 ms"), (1, "0.01 ms"), (310_000, "0.31 ms"), (994_999, "0.99 ms"),
            (995_000, "1.0 ms"), (4_249_999, "4.2 ms"), (9_949_999, "9.9 ms"), (9_950_000, "10 ms"),
            (250_400_000, "250 ms"), (999_499_999, "999 ms"), (999_500_000, "1.0 s"),
            (12_400_000_000, "12.4 s"), (59_949_999_999, "59.9 s"), (59_950_000_000, "1m 0s"),
            (60_000_000_000, "1m 0s"), (185_900_000_000, "3m 5s"), (3_599_999_999_999, "59m 59s"),
            (7_440_000_000_000, "2h 4m"), (442_800_000_000_000, "5d 3h"),
            (UInt64.max, "213503d 23h"),
        ] as [(UInt64, String)])
    func `spans are told in their telling digits`(nanoseconds: UInt64, expected: String) {
        #expect(HumanText.duration(Nanoseconds(nanoseconds)) == expected)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (9_542_042, "9.1 MiB"),
            (102_348, "99.9 KiB"), (102_349, "100 KiB"), (268_435_456, "256 MiB"),
            (1_048_063, "1023 KiB"), (1_048_064, "1.0 MiB"), (1 << 40, "1.0 TiB"),
            (UInt64.max, "15 EiB"),
        ] as [(UInt64, String)])
    func `bytes are told in binary units`(count: UInt64, expected: String) {
        #expect(HumanText.bytes(count) == expected)
    }
}
