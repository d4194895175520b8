using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Outbox.Json;
using Outbox.Notices;
using Outbox.Profiles;
using Outbox.Sending;
using Outbox.Storage;

namespace Outbox.Events;

/// <summary>Checks what the host enqueues, and gives it the form in which it is stored. Whatever is wrong is said here, before anything is.</summary>
internal sealed class EventAdmission(IOptions<WebhookOutboxOptions> options, IdGenerator ids, ProfileCatalogue profiles)
{
    private const int MaxKeyLength = 256;
    private const int MaxScopes = 32;
    private const int MaxHolds = 16;

    private readonly WebhookOutboxOptions _options = options.Value;

    public NewEvent Admit(WebhookEvent webhookEvent)
    {
        ArgumentNullException.ThrowIfNull(webhookEvent);
        CheckType(webhookEvent.Type);
        CheckKey("tenant", webhookEvent.Tenant);
        CheckKey("subject", webhookEvent.Subject);
        CheckKey("onlyEndpointId", webhookEvent.OnlyEndpointId);
        CheckKey("orderingKey", webhookEvent.OrderingKey);
        CheckKey("idempotencyKey", webhookEvent.IdempotencyKey);
        CheckHolds(webhookEvent);
        OutgoingHeaders.Validate(webhookEvent.Headers ?? throw Missing("headers"), profiles.OwnHeaders);

        return new NewEvent
        {
            Id = ids.NewEventId(),
            Type = webhookEvent.Type,
            Tenant = webhookEvent.Tenant,
            Subject = webhookEvent.Subject,
            Scopes = ScopesOf(webhookEvent),
            OnlyEndpointId = webhookEvent.OnlyEndpointId,
            OrderingKey = webhookEvent.OrderingKey,
            IdempotencyKey = webhookEvent.IdempotencyKey,
            OccurredAt = webhookEvent.OccurredAt,
            Data = webhookEvent.Payload.ToCanonical(_options.SerializerOptions, JsonRules(), "data"),
            Headers = HeadersOf(webhookEvent.Headers),
            TraceParent = TraceParentOf(Activity.Current),
            Holds = webhookEvent.Holds,
        };
    }

    public HoldRelease Admit(WebhookArtifact artifact)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        CheckKey("subject", artifact.Subject);
        CheckKey("name", artifact.Name);
        var rules = JsonRules();
        var patch = artifact.Patch.ToCanonical(_options.SerializerOptions, rules, "patch");
        return new HoldRelease
        {
            Subject = artifact.Subject,
            Tenant = artifact.Tenant,
            Artifact = artifact.Name,
            Patch = data => CanonicalJson.Merge(data.Span, patch, rules),
        };
    }

    private void CheckType(string type)
    {
        EventType.Check("type", type);
        if (NoticeWriter.IsNotice(type))
        {
            throw new WebhookValidationException("type", $"'{type}' is a notice of the outbox's own. Choose another name for the platform's event.");
        }

        if (_options.EventTypes is { } known && !known.Contains(type, StringComparer.Ordinal))
        {
            throw new WebhookValidationException(
                "type", $"'{type}' is not among the event types of this platform.{NearMiss.Suggest(type, known)} Known are: {string.Join(", ", known)}. Add it to WebhookOutboxOptions.EventTypes if it is new.");
        }
    }

    private static void CheckKey(string field, string? value)
    {
        if (value is null)
        {
            return;
        }

        if (value.Length is 0 or > MaxKeyLength || value.Any(char.IsControl))
        {
            throw new WebhookValidationException(
                field, $"The {field} has {value.Length} characters{(value.Any(char.IsControl) ? " with control characters among them" : "")}. Give 1 to {MaxKeyLength} without control characters, or leave it out.");
        }

        // Two that differ in their halves of a pair alone would be one and the same in the database.
        if (Utf16.IndexOfLoneSurrogate(value) is >= 0 and var lone)
        {
            throw new WebhookValidationException(
                field, $"The {field} has a lone surrogate at character {lone}, which has no UTF-8 form. Remove it, or repair the text where it was cut.");
        }
    }

    private static void CheckHolds(WebhookEvent webhookEvent)
    {
        var holds = webhookEvent.Holds ?? throw Missing("holds");
        if (holds.Count == 0)
        {
            return;
        }

        if (webhookEvent.Subject is null)
        {
            throw new WebhookValidationException(
                "subject", $"The event waits for '{holds[0].Artifact}' but has no subject, so no artifact could ever be matched to it. Set Subject to the call's id.");
        }

        if (holds.Count > MaxHolds)
        {
            throw new WebhookValidationException("holds", $"The event has {holds.Count} holds; at most {MaxHolds} are possible.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var hold in holds)
        {
            if (hold is null)
            {
                throw new WebhookValidationException("holds", "One of the event's holds is null. Leave it out.");
            }

            if (string.IsNullOrWhiteSpace(hold.Artifact) || hold.Artifact.Length > 100 || Utf16.IndexOfLoneSurrogate(hold.Artifact) >= 0)
            {
                throw new WebhookValidationException("holds", "A hold names its artifact in 1 to 100 characters: 'recording'.");
            }

            if (!names.Add(hold.Artifact))
            {
                throw new WebhookValidationException("holds", $"The event waits for '{hold.Artifact}' twice. Keep the hold with the later deadline.");
            }

            if (hold.Deadline <= TimeSpan.Zero || hold.Deadline > WebhookHold.MaxDeadline)
            {
                throw new WebhookValidationException(
                    "holds", $"The hold for '{hold.Artifact}' has the deadline {hold.Deadline}. Give more than zero and at most {WebhookHold.MaxDeadline}, counted from the enqueue.");
            }
        }
    }

    private static List<string> ScopesOf(WebhookEvent webhookEvent)
    {
        if (webhookEvent.Scopes is null)
        {
            throw Missing("scopes");
        }

        if (webhookEvent.Scopes.Count > MaxScopes)
        {
            throw new WebhookValidationException("scopes", $"The event names {webhookEvent.Scopes.Count} scopes; at most {MaxScopes} are possible.");
        }

        var scopes = new List<string>(webhookEvent.Scopes.Count + 3) { WebhookScope.All.ToString() };
        if (webhookEvent.Tenant is { } tenant)
        {
            scopes.Add(WebhookScope.Tenant(tenant).ToString());
        }

        if (webhookEvent.Subject is { } subject)
        {
            scopes.Add(WebhookScope.Call(subject).ToString());
        }

        foreach (var scope in webhookEvent.Scopes)
        {
            if (scope is null)
            {
                throw new WebhookValidationException("scopes", "One of the event's scopes is null: perhaps the call has no such number. Leave it out.");
            }

            if (scope == WebhookScope.Notices)
            {
                throw new WebhookValidationException("scopes", "The scope 'notices' is for what the outbox itself tells; an event of the platform cannot have it.");
            }

            var text = scope.ToString();
            if (!scopes.Contains(text))
            {
                scopes.Add(text);
            }
        }

        return scopes;
    }

    private static string? HeadersOf(IReadOnlyDictionary<string, string> headers) =>
        headers.Count == 0 ? null : JsonSerializer.Serialize(new Dictionary<string, string>(headers, StringComparer.Ordinal), HeadersJson.Default.DictionaryStringString);

    // Only the W3C form has a place in a traceparent; the older hierarchical ids end here.
    private static string? TraceParentOf(Activity? activity) => activity is { IdFormat: ActivityIdFormat.W3C } ? activity.Id : null;

    private static WebhookValidationException Missing(string field) => new(field, $"The event's {field} are null. Give [] for none.");

    private CanonicalJsonOptions JsonRules() => new()
    {
        MaxBytes = _options.MaxDataBytes,
        LargeIntegersAsStrings = _options.LargeIntegersAsStrings,
    };
}
