namespace Outbox.Storage;

/// <summary>
/// What an attempt says about its endpoint: a value, decided by policy and stored by the store with the settlement that carries it, in one
/// transaction. A settlement that is refused has no effect on the endpoint.
/// </summary>
/// <remarks>
/// <para>
/// An endpoint has a number of failures in a row, the time since when it fails, and, where it is blocked, the time until when. While that
/// time has not come, nothing is claimed for it. When it has come the endpoint is half-open: a claim takes exactly one delivery, its oldest
/// due, and blocks it again for the lease, so that no other dispatcher takes a second one and a crash holds it up no longer than that.
/// </para>
/// <para>
/// Where the delivery that a half-open endpoint was tried with is settled with any effect that does not block it again, the endpoint is
/// half-open at once; only <see cref="Recovered"/> opens it. Of the effects of one batch on one endpoint, one that
/// <see cref="EndsFailures"/> outweighs all that count failures, and among these the longest block is stored.
/// </para>
/// </remarks>
public sealed record EndpointEffect
{
    private EndpointEffect()
    {
    }

    /// <summary>Nothing was learned about the endpoint.</summary>
    public static EndpointEffect None { get; } = new();

    /// <summary>
    /// It accepted a delivery, and was well when that was claimed: the failures in a row end. A block that began meanwhile stays; what comes
    /// after it tells.
    /// </summary>
    public static EndpointEffect Succeeded { get; } = new() { EndsFailures = true };

    /// <summary>It accepted a delivery after it had failed: the failures in a row and the block end.</summary>
    public static EndpointEffect Recovered { get; } = new() { EndsFailures = true, EndsBlock = true };

    /// <summary>It answered, and refused: one failure more, and no reason to block it.</summary>
    public static EndpointEffect Refused { get; } = new() { CountsFailure = true };

    /// <summary>Whether the failures in a row end; they stay where the endpoint is blocked and <see cref="EndsBlock"/> is false.</summary>
    public bool EndsFailures { get; private init; }

    /// <summary>Whether the block ends, where there is one.</summary>
    public bool EndsBlock { get; private init; }

    /// <summary>Whether it counts as one failure more.</summary>
    public bool CountsFailure { get; private init; }

    /// <summary>How long from now, by the store's clock, the endpoint is blocked where its failures reach <see cref="BlockFrom"/>; null: it is not.</summary>
    public TimeSpan? BlockFor { get; private init; }

    /// <summary>From how many failures in a row, this one included, the endpoint is blocked.</summary>
    public int BlockFrom { get; private init; } = int.MaxValue;

    /// <summary>It is not well: one failure more, and where that makes <paramref name="blockFrom"/> or more in a row, a block.</summary>
    /// <param name="blockFrom">From how many failures in a row it is blocked.</param>
    /// <param name="blockFor">For how long from now. A block that lasts longer is not shortened.</param>
    public static EndpointEffect Failed(int blockFrom, TimeSpan blockFor) => new() { CountsFailure = true, BlockFrom = blockFrom, BlockFor = blockFor };
}
