"""The icons that pages use, by their names in Bootstrap Icons: only these are sent to browsers."""

_NAMES = """
arrow-counterclockwise arrow-down-short arrow-left-right arrow-repeat arrow-return-left
arrow-up-short bag bell bookmark-plus box-arrow-in-down box-arrow-right box-arrow-up-right box-seam
braces calendar3 cash-stack chat-left-text check-circle-fill check-lg chevron-bar-left
chevron-bar-right chevron-down chevron-left chevron-right
circle-half clipboard-check clock copy credit-card download envelope
exclamation-triangle-fill eye-slash funnel gear geo-alt globe graph-up-arrow house inbox
info-circle-fill journal-text key link-45deg list moon pause-fill pencil people person play-fill plug
plus-lg printer question-circle receipt search shield-check shop signpost-split star sun table tags
three-dots trash truck upload x-lg
"""
ICONS = frozenset(_NAMES.split())
