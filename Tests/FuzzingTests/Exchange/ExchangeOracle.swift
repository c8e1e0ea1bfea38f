enum ExchangeOracle {
    static func examine(_ bytes: [UInt8]) throws(Finding) {}
}
