using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Outbox.Events;

namespace Outbox;

/// <summary>An artifact that has arrived, and what it changes in the data of the events that waited for it.</summary>
public sealed record WebhookArtifact
{
    private WebhookArtifact(string subject, string name, JsonPayload patch)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(name);
        Subject = subject;
        Name = name;
        Patch = patch;
    }

    /// <summary>An artifact that changes nothing in the data.</summary>
    /// <param name="subject">The subject of the events that wait: the call's id.</param>
    /// <param name="name">The artifact's name as the event's hold has it: <c>recording</c>.</param>
    public WebhookArtifact(string subject, string name)
        : this(subject, name, JsonPayload.FromText("{}"))
    {
    }

    /// <summary>An artifact with a patch: each of its top-level properties replaces the one of that name in the data, or is added.</summary>
    /// <param name="subject">The subject of the events that wait: the call's id.</param>
    /// <param name="name">The artifact's name as the event's hold has it: <c>recording</c>.</param>
    /// <param name="patch">Any object that System.Text.Json can write as a JSON object, such as <c>new { recordingAvailable = true }</c>.</param>
    [RequiresUnreferencedCode("Serializes the patch by reflection. In trimmed applications use WebhookArtifact.Create with a JsonTypeInfo.")]
    [RequiresDynamicCode("Serializes the patch by reflection. In native applications use WebhookArtifact.Create with a JsonTypeInfo.")]
    public WebhookArtifact(string subject, string name, object patch)
        : this(subject, name, JsonPayload.FromObject(patch))
    {
    }

    /// <summary>An artifact whose patch is serialized by source-generated code.</summary>
    public static WebhookArtifact Create<T>(string subject, string name, T patch, JsonTypeInfo<T> typeInfo) =>
        new(subject, name, JsonPayload.FromTyped(patch, typeInfo));

    /// <summary>An artifact whose patch is JSON text already. It must be one JSON object.</summary>
    public static WebhookArtifact FromJson(string subject, string name, string json) => new(subject, name, JsonPayload.FromText(json));

    /// <summary>The subject of the events that wait: the call's id.</summary>
    public string Subject { get; }

    /// <summary>The artifact's name: <c>recording</c>.</summary>
    public string Name { get; }

    /// <summary>The tenant of the events that wait; null: whichever tenant the subject belongs to.</summary>
    public string? Tenant { get; init; }

    internal JsonPayload Patch { get; }
}
