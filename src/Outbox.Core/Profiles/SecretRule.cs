namespace Outbox.Profiles;

/// <summary>Whether an endpoint needs a signing secret, who makes it, and how short it may be.</summary>
/// <param name="Requirement">Whether the customer must, may or need not give a secret.</param>
/// <param name="MinimumLength">
/// The least length of a secret that is given: characters where the secret is text, bytes of the decoded key where it is
/// <c>whsec_</c> and base64 (there 24 or more).
/// </param>
public sealed record SecretRule(SecretRequirement Requirement, int MinimumLength)
{
    /// <summary>The longest secret that is accepted, in characters.</summary>
    public const int MaximumLength = 512;

    /// <summary>The customer gives a secret of at least <paramref name="minimumLength"/>; an endpoint without one is refused.</summary>
    /// <param name="minimumLength">See <see cref="MinimumLength"/>.</param>
    public static SecretRule Required(int minimumLength) => new(SecretRequirement.Required, minimumLength);

    /// <summary>Where the customer gives no secret a strong one is made and shown once.</summary>
    /// <param name="minimumLength">See <see cref="MinimumLength"/>; for a secret that the customer gives after all.</param>
    public static SecretRule Generated(int minimumLength) => new(SecretRequirement.Generated, minimumLength);

    /// <summary>Where the customer gives no secret, deliveries carry no signature.</summary>
    /// <param name="minimumLength">See <see cref="MinimumLength"/>; for a secret that the customer does give.</param>
    public static SecretRule Optional(int minimumLength) => new(SecretRequirement.Optional, minimumLength);
}

/// <summary>What happens when an endpoint is put without a signing secret.</summary>
public enum SecretRequirement
{
    /// <summary>It is refused.</summary>
    Required,

    /// <summary>A secret is made from 32 random bytes and shown once.</summary>
    Generated,

    /// <summary>It is accepted, and its deliveries are not signed.</summary>
    Optional,
}
