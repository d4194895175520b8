using Outbox.Events;
using Outbox.Profiles;

namespace Outbox.Sending;

/// <summary>Composes and signs a call as a delivery is, and sends it at once.</summary>
internal sealed class WebhookCaller(
    EventAdmission admission, ProfileCatalogue profiles, WebhookSender sender, WebhookSendingOptions options, TimeProvider clock) : IWebhookCaller
{
    private const int MostAnswerBytes = 16 * 1024 * 1024;

    public async Task<WebhookCallResult> InvokeAsync(WebhookCall call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        var profile = profiles.Get(call.Profile);
        var request = Compose(call, profile);
        using var body = request.Body;
        var response = await sender.SendAsync(request, cancellationToken);
        return new WebhookCallResult
        {
            IsSuccess = response.ErrorCode is null && response.StatusCode is { } status && profile.Success.Contains(status),
            StatusCode = response.StatusCode,
            Error = response.ErrorCode,
            Detail = response.Detail,
            Body = response.Body,
            Duration = response.Duration,
        };
    }

    private WebhookRequest Compose(WebhookCall call, WebhookProfile profile)
    {
        if (call.Timeout <= TimeSpan.Zero)
        {
            throw new WebhookValidationException("timeout", $"The timeout is {call.Timeout}; give more than zero, or leave it out for the profile's {profile.Timeout}.");
        }

        if (call.MaxAnswerBytes is < 1 or > MostAnswerBytes)
        {
            throw new WebhookValidationException("maxAnswerBytes", $"MaxAnswerBytes is {call.MaxAnswerBytes}; give 1 to {MostAnswerBytes}.");
        }

        var url = WebhookUrl.Parse(call.Url, options);
        profile.ValidateSecret(call.Secret);
        if (call.Secret is null && profile.Secret.Requirement != SecretRequirement.Optional)
        {
            throw new WebhookValidationException("secret", $"The profile '{profile.Name}' never sends unsigned: give the secret that the receiver verifies with.");
        }

        // A call is one event to one receiver: its id serves as both.
        var now = clock.GetUtcNow();
        var admitted = admission.Admit(call.Event);
        var content = DeliveryContent.Of(admitted, admitted.Id, shipTranscript: true, now);
        var request = RequestComposer.Compose(content, admitted.Headers, url.AbsoluteUri, profile, call.Secret is null ? [] : [call.Secret], now);
        return request with { Timeout = call.Timeout ?? profile.Timeout, MaxAnswerBytes = call.MaxAnswerBytes };
    }
}
