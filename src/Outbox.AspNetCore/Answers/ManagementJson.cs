using System.Text.Json.Serialization;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Answers;

/// <summary>How the API reads and writes JSON, whatever the host's own settings are.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(SessionView))]
internal sealed partial class ManagementJson : JsonSerializerContext;
