namespace Outbox;

/// <summary>
/// What a handler around <see cref="IWebhookOutboxBuilder.HttpClient"/> finds in <see cref="HttpRequestMessage.Options"/> of each request.
/// None of it is sent.
/// </summary>
public static class WebhookRequestOptions
{
    /// <summary>The name of the request's wire profile.</summary>
    public static HttpRequestOptionsKey<string> Profile { get; } = new("Outbox.Profile");

    /// <summary>The id of the endpoint that the request goes to; null in a call of <see cref="IWebhookCaller"/>, which has none.</summary>
    public static HttpRequestOptionsKey<string?> EndpointId { get; } = new("Outbox.EndpointId");
}
