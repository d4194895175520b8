using System.Text.Json;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.AspNetCore.Catalogue;

/// <summary>What can be sent, and how it looks.</summary>
internal sealed class EventCatalogue(Mapping mapping)
{
    public ListView<EventTypeView> EventTypes(string? profile)
    {
        var types = mapping.Outbox.Profiles
            .Where(known => string.IsNullOrEmpty(profile) || known.Name == profile)
            .SelectMany(known => known.EventTypes ?? mapping.EventTypes ?? [], (known, type) => (Type: type, Profile: known.Name))
            .GroupBy(pair => pair.Type, pair => pair.Profile, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal);
        return new ListView<EventTypeView>([.. types.Select(group => new EventTypeView(group.Key, [.. group], Example(group.Key)))]);
    }

    public ListView<ProfileView> Profiles() => new([.. mapping.Outbox.Profiles.Select(Show)]);

    public string Example(string type) => mapping.Options.ExampleData?.Invoke(type) ?? ExampleData.For(type);

    /// <summary>An event that somebody sends by hand.</summary>
    /// <exception cref="WebhookValidationException">It has no type.</exception>
    public WebhookEvent EventOf(string? type, JsonElement? data) => string.IsNullOrWhiteSpace(type)
        ? throw new WebhookValidationException("type", "Give the event's type, such as call.ended.")
        : WebhookEvent.FromJson(type.Trim(), data is { ValueKind: not JsonValueKind.Null } given ? given.GetRawText() : Example(type.Trim()));

    private static ProfileView Show(WebhookProfile profile) => new()
    {
        Name = profile.Name,
        SignatureHeader = profile.Signature.Header,
        TimestampHeader = profile.Signature.TimestampHeader,
        IdHeader = profile.Signature.IdHeader,
        DeliveryIdHeader = profile.DeliveryIdHeader,
        SignedContent = profile.Signature.Content switch
        {
            SignedContent.Body => "body",
            SignedContent.TimestampAndBody => "timestamp.body",
            _ => "id.timestamp.body",
        },
        Success = profile.Success.ToString(),
        TimeoutSeconds = profile.Timeout.TotalSeconds,
        RetryDelaysSeconds = [.. profile.Retries.Delays.Select(delay => delay.TotalSeconds)],
        Secret = profile.Secret.Requirement switch
        {
            SecretRequirement.Required => "required",
            SecretRequirement.Generated => "generated",
            _ => "optional",
        },
        SecretMinimumLength = profile.Secret.MinimumLength,
        OneEndpointPerScope = profile.OneEndpointPerScope,
        GoneDisables = profile.GoneDisables,
        EventTypes = profile.EventTypes,
        Holds = [.. profile.Holds.Select(hold => new ProfileHoldView(hold.EventType, hold.Artifact, hold.Deadline.TotalSeconds))],
        Verification = VerificationCode.For(profile),
    };
}
