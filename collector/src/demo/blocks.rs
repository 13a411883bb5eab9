//! KV blocks: what a replica's memory is given out in.

/// Tokens whose KV entries fill a block.
pub(super) const BLOCK_TOKENS: u32 = 16;
/// Bytes of KV cache per token: 80 layers, keys and values of 8 heads with 128 numbers of 2 bytes.
pub(super) const TOKEN_BYTES: u64 = 80 * 2 * 8 * 128 * 2;

/// The blocks that these tokens take.
pub(super) const fn blocks_of(tokens: u32) -> u64 {
    tokens.div_ceil(BLOCK_TOKENS) as u64
}

/// The tokens of the whole blocks among these; only a whole block can be found again.
pub(super) const fn whole_blocks(tokens: u32) -> u32 {
    tokens - tokens % BLOCK_TOKENS
}
